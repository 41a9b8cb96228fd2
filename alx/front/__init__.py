"""The front door: arrays of any framework in, ids out, everything checked."""
