"""Cold start: which items to label first, before there is any label."""
