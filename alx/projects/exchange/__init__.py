"""What goes out to readers and comes back: label maps, grids, files, rounds."""
