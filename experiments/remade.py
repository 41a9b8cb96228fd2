"""What commands share that make a data set out of an .npz."""

import pathlib

import numpy as np
from absl import app, flags

from alx.commands import command


def define_flags(data: str, out: str) -> None:
  """--data and --out, which are wanted.

  Args:
    data: help of the .npz that is read.
    out: help of what is written.
  """
  flags.DEFINE_string("data", None, data)
  flags.DEFINE_string("out", None, out)
  flags.mark_flags_as_required(["data", "out"])


def read(kind: str) -> tuple[dict[str, np.ndarray], pathlib.Path]:
  """The arrays of --data, and --out.

  Args:
    kind: of --out, "file" or "folder".

  Raises:
    UsageError: if --out is there already.
  """
  given = flags.FLAGS
  out = command.path_of(given.out)
  if out.exists():
    raise app.UsageError(f"--out: {out} is there already; name another {kind}")
  with np.load(command.path_of(given.data), allow_pickle=False) as file:
    return dict(file), out
