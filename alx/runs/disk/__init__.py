"""What is written of a run, by one process at a time, and read again."""
