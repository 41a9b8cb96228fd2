"""Features of images without labels: components, autoencoder, contrastive."""

from alx.label_free.encoders import (
  NAMES,
  WITHOUT_KEY,
  Encoding,
  encoding_for,
  group_numbers,
  make_features,
  shrink,
)
from alx.label_free.slices import features_of_slices

__all__ = [
  "NAMES",
  "WITHOUT_KEY",
  "Encoding",
  "encoding_for",
  "features_of_slices",
  "group_numbers",
  "make_features",
  "shrink",
]
