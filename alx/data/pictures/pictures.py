"""Reads JPEG, PNG, TIFF and BMP files as bytes of red, green and blue."""

import pathlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import numpy as np
from PIL import ExifTags, Image, ImageOps

from alx.data.dataset import DataError, bad_input, no_progress, read_each
from alx.data.files import visible_below

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")

_DEEP = (
  " (which value is white is not known: scale them to 0..255, or write the "
  "numbers to an .npz file)"
)
_PHOTOMETRIC = 262  # tag of TIFF; its 0, or none, is WhiteIsZero to Pillow
_FIRST_OF_MANY = ("MPO",)  # a camera's picture, with others for its display


class Reading(NamedTuple):
  """How a folder of pictures is read."""

  size: int = 0  # pixels of both sides, see `read_picture`
  strict: bool = False  # stop at the first case that cannot be used
  # progress(iterable, total=, description=) -> iterable
  progress: Callable = no_progress
  keep_unlabelled: bool = False  # cases to ask for need no mask


class Sized(NamedTuple):
  """A picture, and how it was in the file."""

  pixels: np.ndarray  # uint8 [H, W, 3], or float32 [H, W, 1] of 16 bits
  extent: tuple[int, int]  # height and width before resizing, turned
  orientation: int  # its tag, 1..8


def is_picture(path: pathlib.Path) -> bool:
  """Whether the name ends as that of a picture file."""
  return path.suffix.lower() in SUFFIXES


def read_picture(path: pathlib.Path, size: int = 0) -> np.ndarray:
  """One picture as uint8 [H, W, 3], turned as its orientation tag says.

  Args:
    path: the file; gray becomes three equal channels, and what is transparent
      lies on black.
    size: pixels of both sides after resizing, antialiased and without regard
      to the proportions; 0: as it is.

  Raises:
    DataError: no picture that can be read, several in one file, or one of more
      than 8 bits per channel: which of its values is white is not known.
  """
  return read_sized(path, size).pixels


def read_sized(
  path: pathlib.Path, size: int = 0, *, deep: bool = False
) -> Sized:
  """The same, and what it was before resizing.

  Args:
    path: the file.
    size: as of `read_picture`.
    deep: gray of 16 bits is read too, as float32 of one channel.

  Raises:
    DataError: as `read_picture`.
  """

  def read(image):
    if image.mode[0] in "IF" and deep:
      return _gray(image, size)
    bits = image.mode[0] in "IF" or is_deep(image)
    return image.mode if bits else _pixels(image, size)

  found = open_with(read, path, "a picture")
  if isinstance(found, str):
    what = f"mode {found}" if found[0] in "IF" else f"16 bits, mode {found}"
    raise bad_input(path, "a picture of 8 bits per channel", what + _DEEP)
  return found


def orientation_of(image: Image.Image) -> int:
  """The orientation tag of an open image, 1 where there is none."""
  found = image.getexif().get(ExifTags.Base.Orientation, 1)
  return found if found in range(1, 9) else 1


def open_with(read: Callable, path: pathlib.Path, wanted: str):
  """What `read` makes of the open image.

  Raises:
    DataError: the file is damaged, no picture, or several.
  """
  try:
    # Pillow maps a file of known path, and then turns gray TIFF wrongly.
    with open(path, "rb") as file, Image.open(file) as image:
      frames = getattr(image, "n_frames", 1)
      if frames == 1 or image.format in _FIRST_OF_MANY:
        return read(image)
  except DataError:
    raise
  except Exception as error:  # a damaged file breaks in many ways
    found = f"{type(error).__name__}: {error}"
    raise bad_input(path, wanted, found) from error
  raise bad_input(path, f"{wanted} alone in its file", f"{frames} frames")


def is_deep(image: Image.Image) -> bool:
  """Whether the decoder throws half of the 16 bits of each channel away."""
  raw = [str(tile[3]) for tile in getattr(image, "tile", ())]
  return any(re.search(r";16[BLN]", mode) for mode in raw)


def white_is_zero(image: Image.Image) -> bool:
  """Whether an open image is a TIFF whose 0 is white.

  Pillow turns such pictures of 8 bits, and leaves those of more as they are.
  """
  tags = getattr(image, "tag_v2", None)
  return tags is not None and tags.get(_PHOTOMETRIC, 0) == 0


def is_turned(image: Image.Image) -> bool:
  """Whether the gray numbers of an open image are not those of its file."""
  return image.mode == "L" and white_is_zero(image)


def inverted(values: np.ndarray) -> np.ndarray:
  """Black and white of unsigned values exchanged; ValueError for others."""
  if values.dtype.kind != "u":
    told = f"0 is white, and no {values.dtype} is known as black"
    raise ValueError(f"{told}: save it with 0 as black")
  return np.iinfo(values.dtype).max - values


def _pixels(image, size):
  width, height = image.size
  if size:
    image.draft("RGB", (size, size))  # a JPEG is decoded smaller
  decoded = image.size
  orientation = orientation_of(image)
  image = ImageOps.exif_transpose(image)
  if image.size != decoded:  # on its side
    width, height = height, width
  if "A" in image.getbands() or "transparency" in image.info:
    black = Image.new("RGBA", image.size, "black")
    image = Image.alpha_composite(black, image.convert("RGBA"))
  image = image.convert("RGB")
  if size:
    image = image.resize((size, size), Image.Resampling.BILINEAR)
  return Sized(np.array(image), (height, width), orientation)


def _gray(image, size):
  """Values as in the file, 0 black; resized bilinearly, as `_pixels` does."""
  orientation, is_white = orientation_of(image), white_is_zero(image)
  image = ImageOps.exif_transpose(image)
  width, height = image.size
  array = inverted(np.array(image)) if is_white else np.array(image)
  values = Image.fromarray(array.astype(np.float32))
  if size:
    values = values.resize((size, size), Image.Resampling.BILINEAR)
  pixels = np.array(values)[..., None]
  if not np.isfinite(pixels).all():
    raise ValueError("NaN or infinity")
  return Sized(pixels, (height, width), orientation)


def read_pictures(
  paths: Mapping[int, pathlib.Path], reading: Reading
) -> tuple[dict[int, np.ndarray], tuple[str, ...]]:
  """Many of them: (pictures by number, a line for each that is damaged).

  Args:
    paths: file of each number.
    reading: how.

  Raises:
    DataError: not one can be read; if strict, the first bad one.
  """

  def read(path):
    return read_picture(path, reading.size)

  return read_values(paths, read, reading)


def read_values(paths: Mapping, read: Callable, reading: Reading) -> tuple:
  """`read` of the values of a mapping, else as `read_pictures`."""
  found, used, left_out = read_each(
    *(paths.items(), lambda pair: read(pair[1])),
    *(reading.strict, reading.progress),
  )
  if not found:
    raise DataError(left_out[0])
  numbers = [number for number, _ in used]
  return dict(zip(numbers, found, strict=True)), tuple(left_out)


def passed_over(
  folder: pathlib.Path, used: Collection[pathlib.Path]
) -> tuple[str, ...]:
  """A line for the files below a folder that are not used, if there are any.

  Args:
    folder: what is read.
    used: files that were read, or are told of elsewhere.
  """
  used = set(used)
  others = [file for file in visible_below(folder) if file not in used]
  if not others:
    return ()
  pictures = [file for file in others if is_picture(file)]
  first = f", such as {pictures[0].relative_to(folder)}" if pictures else ""
  return (f"{folder}: passed over {count_endings(others)}{first}",)


def count_endings(files: Collection[pathlib.Path]) -> str:
  """How many files there are of each ending, such as "40 .gif, 1 .txt"."""
  counts = Counter(map(_ending, files)).most_common()
  return ", ".join(f"{count} {name}" for name, count in counts)


def _ending(file):
  name = file.name.lower()
  return (
    ".nii.gz"
    if name.endswith(".nii.gz")
    else file.suffix.lower() or ("without ending")
  )
