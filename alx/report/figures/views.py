"""Reads the pictures file of a round."""

import pathlib
from typing import NamedTuple

import numpy as np


class View(NamedTuple):
  """One item; maps are of the item's own extent."""

  id: str
  where: str
  score: float
  dice: float
  image: np.ndarray  # [H, W] float
  aspect: float  # height of a pixel over its width
  draft: np.ndarray | None  # [H, W] class numbers
  truth: np.ndarray | None
  uncertainty: np.ndarray | None  # [H, W] nats
  predicted: np.ndarray | None  # [C]
  truth_class: int | None
  colours: np.ndarray | None = None  # [H, W, 3] uint8, of a colour picture


def read_views(path: pathlib.Path) -> list[View]:
  """The items of a pictures file.

  Raises:
    ValueError: the file is no such file.
  """
  try:
    with (
      open(path, "rb") as file,
      np.load(file, allow_pickle=False) as content,
    ):
      arrays = {name: content[name] for name in content.files}
    return [_view(arrays, i) for i in range(len(arrays["images"]))]
  except Exception as error:  # a torn zip fails in many ways
    kind = type(error).__name__
    raise ValueError(f"cannot be read as pictures ({kind})") from error


def _view(arrays, i):
  def field(name, default=None):
    return arrays[name][i] if name in arrays else default

  image = np.asarray(arrays["images"][i], np.float32)
  inside = np.isfinite(image)
  rows, columns = inside.any(1), inside.any(0)
  if not rows.any():
    raise ValueError("an image without values")

  def crop(x):
    return None if x is None else x[rows][:, columns]

  spacing = np.asarray(field("spacing", (1.0, 1.0)), float)
  truth_class = field("truth_class")
  return View(
    id=str(field("ids", "?")),
    where=str(field("where", "")),
    score=float(field("scores", np.nan)),
    dice=float(field("dice", np.nan)),
    image=crop(image),
    aspect=float(spacing[0] / spacing[1]) if (spacing > 0).all() else 1.0,
    draft=crop(field("draft")),
    truth=crop(field("truth")),
    uncertainty=crop(field("uncertainty")),
    predicted=field("predicted"),
    truth_class=None if truth_class is None else int(truth_class),
    colours=crop(field("colours")),
  )


def top_uncertainty(views: list[View]) -> float:
  """The largest of the maps, for a scale that rounds share."""
  maps = [v.uncertainty for v in views if v.uncertainty is not None]
  tops = [float(np.nanmax(m)) for m in maps if np.isfinite(m).any()]
  return max([1e-3, *tops])
