"""Which axis is which, where the shape of an array allows two readings."""

Shape = tuple[int, ...]


SAMPLES = ("samples", "sample_logits")  # of several passes


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
    said: whether N is said by itself, n=, and so that the items are first.

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


def _raise_passes(name, shape, told):
  """[a, b, C] without a word: voxels, or passes, before or behind the items."""
  first, second, _ = shape
  several = "sample_logits" if name == "logits" else "samples"
  voxels = f"{name}: {shape} is [N, voxels, C] of {first} items, or "
  if told is None:
    raise ValueError(
      f"{voxels}[S, N, C] of {first} passes of {second} items: say n={first} "
      f"for the first; for the second give {several}="
    )
  raise ValueError(
    f"{voxels}[N, S, C] of {first} items with {second} passes each: say "
    f"n={first} for the first; for the second give {several}=, with its first "
    "two axes swapped"
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
