"""A labelling loop over many data sets, with simulated readers."""
