"""Tables of runs: rows that any worker may take, and what is collected."""
