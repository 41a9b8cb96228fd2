"""From settings and data to arrays on the device and compiled programs."""
