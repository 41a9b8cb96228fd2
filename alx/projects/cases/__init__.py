"""Images that a project begins with: found, scrubbed, named, read again."""
