"""The answer in words: who needs how many labels for what, against random."""
