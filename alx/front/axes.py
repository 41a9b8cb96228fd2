"""Which axis is which, where the shape of an array allows two readings."""

Shape = tuple[int, ...]


SAMPLES = ("samples", "sample_logits")  # of several passes
_SUMS = ("probs", "samples")  # of which sums tell where the classes are


def check_predictions(
  name: str, shape: Shape, told: int | None, spatial: bool, said: bool = False
) -> None:
  """Refuses predictions that may be laid out in another way.

  Args:
    name: probs, logits, samples or sample_logits.
    shape: [N, *sp, C], of samples [S, N, *sp, C].
    told: N as the other arrays have it; None: nothing tells.
    spatial: whether there is space in any case: the method is for segmentation
      only, or there are features of each voxel.
    said: whether the layout is said by itself: by n=, or by features of each
      voxel, which have the same.

  Raises:
    ValueError: with both readings and what to give for each.
  """
  if name in SAMPLES:
    _check_samples(name, shape, told)
  elif told is not None and shape[0] != told and told in shape[1:2]:
    _raise_transposed(name, shape, told)
  elif len(shape) == 3 and not (spatial or said):
    _raise_passes(name, shape, told)
  elif told is None:
    check_columns(name, shape)
  if not said and name not in _SUMS:
    _check_channels(name, shape)


def check_evidence(
  shape: Shape, told: int | None, spatial: bool, said: bool, beta: bool
) -> None:
  """Refuses evidence of one class, or that may be laid out in another way.

  Args:
    shape: [N, *sp, C], or [N, *sp, L, 2].
    told, spatial, said: as in `check_predictions`.
    beta: whether the method reads the two of a Beta for each of L labels.

  Raises:
    ValueError: with what was wanted, or both readings.
  """
  if shape[-1] < 2:
    raise ValueError(
      "evidence: wanted at least 2 classes on the last axis, found shape "
      f"{shape}"
    )
  check_rows("evidence", shape, told)
  if told is None:
    check_columns("evidence", shape)
  if said or beta:
    return
  if len(shape) == 3 and not spatial:
    _raise_passes("evidence", shape, told)
  _check_channels("evidence", shape)


def channels_last(name: str, shape: Shape) -> str:
  """What to write where the classes come before space; "" without space."""
  axis = 2 if name in SAMPLES else 1
  return f"np.moveaxis({name}, {axis}, -1)" if len(shape) > axis + 1 else ""


def _check_channels(name, shape):
  """Refuses fewer numbers on the first axis of space than classes."""
  cure = channels_last(name, shape)
  *items, first, last = shape[: 3 if name in SAMPLES else 2] + shape[-1:]
  if cure and first < last:
    raise ValueError(
      f"{name}: {shape} is [..., *sp, C] of {last} classes, or has {first} "
      f"classes before space: say n={items[-1]} for the first; for the second "
      f"give {cure}"
    )


def _check_samples(name, shape, told):
  passes, items = shape[:2]
  if told is None and passes > items:
    raise ValueError(
      f"{name}: {shape} is [S, N, ..., C] of {passes} passes of {items} "
      f"items, or {passes} items with their {items} passes: say n={items} for "
      "the first; for the second swap the first two axes"
    )
  if told is not None and items != told and passes == told:
    raise ValueError(
      f"{name}: wanted [S, N, ..., C], found {shape} where N is {told}: swap "
      "the first two axes"
    )


_SWAPPED = "with its first two axes swapped"
_PASSES = {  # what to give where they are on the first axis, and on the second
  "probs": ("samples=", f"samples=, {_SWAPPED}"),
  "logits": ("sample_logits=", f"sample_logits=, {_SWAPPED}"),
  "evidence": ("their mean, evidence.mean(0)", "evidence.mean(1)"),
}


def _raise_passes(name, shape, told):
  """[a, b, C] without a word: voxels, or passes, before or behind the items."""
  first, second, _ = shape
  before, behind = _PASSES[name]
  voxels = f"{name}: {shape} is [N, voxels, C] of {first} items, or "
  if told is None:
    raise ValueError(
      f"{voxels}[S, N, C] of {first} passes of {second} items: say n={first} "
      f"for the first; for the second give {before}"
    )
  raise ValueError(
    f"{voxels}[N, S, C] of {first} items with {second} passes each: say "
    f"n={first} for the first; for the second give {behind}"
  )


def check_columns(name: str, shape: Shape) -> None:
  """Refuses [N, C] of more classes than items where nothing tells N.

  Raises:
    ValueError: with both readings.
  """
  if len(shape) == 2 and 1 < shape[0] < shape[1]:
    rows, columns = shape
    raise ValueError(
      f"{name}: {shape} is [N, C] of {rows} items with {columns} classes, or "
      f"transposed, of {columns} items: say n={rows} for the first; for the "
      f"second give {name}.T"
    )


def check_rows(name: str, shape: Shape, told: int | None) -> None:
  """Refuses [D, N] where the other arrays tell N.

  Raises:
    ValueError: if the second axis has the N items and the first has not.
  """
  if told is not None and shape[0] != told and told in shape[1:2]:
    _raise_transposed(name, shape, told)


def _raise_transposed(name, shape, told):
  if len(shape) == 2:
    raise ValueError(
      f"{name}: wanted the items first, found {shape} where N is {told}: give "
      f"{name}.T"
    )
  raise ValueError(
    f"{name}: wanted the items first, found {shape} where N is {told}: of "
    "several passes give samples=[S, N, ..., C], their probabilities"
  )
