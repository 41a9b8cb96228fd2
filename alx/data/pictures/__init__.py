"""Pictures, and folders of them that are classes."""
