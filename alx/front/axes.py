"""Which axis is which, where the shape of an array allows two readings."""

Shape = tuple[int, ...]


def check_predictions(
  name: str, shape: Shape, told: int | None, spatial: bool
) -> None:
  """Refuses predictions that may be laid out in another way.

  Args:
    name: probs, logits or samples.
    shape: [N, *sp, C], of samples [S, N, *sp, C].
    told: N as the other arrays have it; None: nothing tells.
    spatial: whether the method is for segmentation only.

  Raises:
    ValueError: with both readings and what to give for each.
  """
  if name == "samples":
    _check_samples(shape, told)
  elif told is None:
    _check_untold(name, shape, spatial)
  elif shape[0] != told and told in shape[1:2]:
    _raise_transposed(name, shape, told)


def _check_samples(shape, told):
  passes, items = shape[:2]
  if told is None and passes > items:
    raise ValueError(
      f"samples: {shape} is [S, N, ..., C] of {passes} passes of {items} "
      f"items, or {passes} items with their {items} passes: say n={items} for "
      "the first; for the second swap the first two axes"
    )
  if told is not None and items != told and passes == told:
    raise ValueError(
      f"samples: wanted [S, N, ..., C], found {shape} where N is {told}: swap "
      "the first two axes"
    )


def _check_untold(name, shape, spatial):
  if len(shape) == 3 and not spatial:
    passes, items, _ = shape
    raise ValueError(
      f"{name}: {shape} is [N, voxels, C] of {passes} items, or [S, N, C] of "
      f"{passes} passes of {items} items: say n={passes} for the first; for "
      "the second give samples=, the probabilities of each pass"
    )
  check_columns(name, shape)


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
