"""Features of a data set as a file: of an encoder, or of a trained model."""
