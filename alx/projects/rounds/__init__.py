"""A round as a folder that people can be sent: its files and its page."""
