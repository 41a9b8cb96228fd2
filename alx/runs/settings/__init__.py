"""Everything that decides the result of a run, checked when it is made."""
