"""Segments by name, in layers or not, as one label map."""

import numpy as np

from alx.projects.exchange.decode import Decoded
from alx.projects.exchange.refused import Refused


def of_segments(decoded: Decoded, names: tuple[str, ...]):
  """One label map of the layers and names of segments.

  Args:
    decoded: with layers, or segments, or both.
    names: C classes.

  Returns:
    (label uint8, a line for each thing that was done).

  Raises:
    Refused: 422, for names of no class, layers that overlap or have no names.
  """
  layers = decoded.array if decoded.layered else decoded.array[None]
  if not decoded.segments:
    return _of_nameless(layers)
  known = {name.casefold(): i for i, name in enumerate(names)}
  out = np.zeros(layers.shape[1:], np.uint8)
  covered = np.zeros(layers.shape[1:], np.uint8)
  renamed, used = [], np.zeros(layers.shape, bool)
  for segment in decoded.segments:
    if not 0 <= segment.layer < len(layers):
      raise Refused(422, f"damaged header: no layer {segment.layer}")
    inside = layers[segment.layer] == segment.value
    used[segment.layer] |= inside
    if not inside.any():
      continue
    value = known.get(segment.name.strip().casefold())
    if value is None:
      wanted = ", ".join(names)
      raise Refused(422, f"a segment {segment.name!r}, wanted one of {wanted}")
    out[inside] = value
    covered += inside & bool(value)
    if value != segment.value and not decoded.layered:
      renamed.append(f"{segment.name} was {segment.value}, is {value}")
  if (layers.astype(bool) & ~used).any():
    raise Refused(422, "voxels of a value that no segment describes")
  _check_disjoint(int((covered > 1).sum()))
  fixes = [f"numbered by name: {', '.join(renamed)}"] if renamed else []
  if decoded.layered and not decoded.of_dicom:
    fixes.append("layers without overlap: joined by name")
  return out, fixes


def _of_nameless(layers):
  both = int((np.count_nonzero(layers, axis=0) > 1).sum())
  _check_disjoint(both)
  raise Refused(
    422,
    f"{len(layers)} layers without names: save one label map, or .seg.nrrd",
  )


def _check_disjoint(count):
  if count:
    raise Refused(422, f"segments overlap in {count} voxels: wanted one each")
