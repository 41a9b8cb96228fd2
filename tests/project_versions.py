"""What a version of a model may hold, shared by tests."""

import numpy as np


def record(number=1, **changes):
  return {
    "number": number,
    "parents": (),
    "weights": "w" * 64,
    "data": "d" * 64,
    "label_map": "l" * 64,
    "frozen": "f" * 64,
    "code": "0.1",
    "settings": {"steps": 100, "rate": 0.002},
    "update": {"mode": "scratch", "items": ("a", "b")},
    "metrics": {"dice": [0.5, np.nan]},
  } | changes
