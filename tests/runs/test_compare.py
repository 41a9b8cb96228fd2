import io

import numpy as np
from rich.console import Console

from alx.data import Dataset
from alx.runs import compare


def test_what_was_left_out_and_what_else_is_known_is_told():
  dataset = Dataset(
    name="few",
    task="classification",
    ids=("a",),
    images=(np.zeros((1, 1, 1), np.float32),),
    labels=(np.array(0, np.int32),),
    class_names=("a", "b"),
    spacing_mm=(None,),
    groups=None,
    split=None,
    left_out=tuple(f"case {i}" for i in range(100)),
    notes=("passed over [3] .gif",),
  )
  file = io.StringIO()
  compare.tell_reading(dataset, Console(file=file, width=200))
  lines = file.getvalue().splitlines()
  assert lines[0] == "left out: case 0"
  assert lines[-2].endswith("more, see dataset.json")
  assert lines[-1] == "note: passed over [3] .gif"
