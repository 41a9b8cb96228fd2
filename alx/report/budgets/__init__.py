"""Where labelling could have ended, and what more labels would give."""
