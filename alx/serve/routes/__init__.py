"""What each path answers; the work is done by the files above."""
