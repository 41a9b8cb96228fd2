import json
import pathlib

import numpy as np

from alx import models


def load(folder):
  """(apply, params, what model.json says) of a folder of `alx export`."""
  folder = pathlib.Path(folder)
  about = json.loads((folder / "model.json").read_text("utf-8"))
  params = {}
  with np.load(folder / "params.npz") as arrays:  # plain NumPy, without alx
    for name in arrays.files:
      *above, last = name.split("/")
      place = params
      for part in above:
        place = place.setdefault(part, {})
      place[last] = arrays[name]
  make = getattr(models, about["network"]["make"])
  return make(**about["network"]["arguments"]).apply, params, about
