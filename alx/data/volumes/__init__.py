"""Volumes in NIfTI files: Decathlon, nnU-Net, BraTS."""
