"""What was asked for and what was found, class by class."""
