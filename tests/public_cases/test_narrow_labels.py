"""Classes in uint8, as archives of pictures have them (MedMNIST).

numpy.where(known, uint8, -1) is 255 under the rules of NumPy 2 and of 1.
"""

import numpy as np
import pytest

import alx

RNG = np.random.default_rng(0)
N, CLASSES = 30, 3
GIVEN = {
  "logits": RNG.standard_normal((N, CLASSES)),
  "features": RNG.standard_normal((N, 4)),
  "labelled": np.arange(N) % 5 == 0,
}
LABELS = RNG.integers(0, CLASSES, N)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int8", "uint64"])
@pytest.mark.parametrize(
  "method", ["class_balanced", "prob_cover", "mutual_information", "influence"]
)
def test_the_type_of_labels_changes_nothing(method, dtype):
  need = alx.methods()[method].needs
  given = {
    k: v
    for k, v in GIVEN.items()
    if k == "labelled" or k in need or (k == "logits" and "probs" in need)
  }
  wanted = alx.query(method, k=5, labels=LABELS, **given)
  found = alx.query(method, k=5, labels=LABELS.astype(dtype), **given)
  assert found.tolist() == wanted.tolist()
