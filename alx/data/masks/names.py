"""What names of files and folders tell: image or mask, and of which part."""

import re
from typing import NamedTuple

from alx.data.pictures.parts import PARTS

_SHORT = {"tr": 0, "trn": 0, "ts": 2, "tst": 2}
_IMAGE = re.compile(
  "images?|imgs?|jpegimages|pictures|photos|originals?|inputs?|frames|scans|x"
)
_MASK = re.compile(
  "masks?|labels?|annotations?|annot|anno|segmentations?|segmentationclass"
  "|segmentationobject|seg|gt|groundtruth|truth|manual1?|y"
)
_MASK_WORDS = (
  "masks?|segmentations?|segm?|labels?|gt|ground[_ -]?truth|annot?|annotations?"
  "|1st_?ho|1st_?manual|manual_?1?"
)
_WEAK_WORDS = "matte|lesion|target|l|gtfine_labelids|labelids"
_IMAGE_WORDS = (
  "training|train|test|val|validation|images?|img|original|orig|sat|input"
  "|leftimg8bit"
)
_GAP = r"[ _.\-]+"
_MASK_END = re.compile(rf"{_GAP}({_MASK_WORDS})$", re.IGNORECASE)
_ANY_MASK_END = re.compile(
  rf"{_GAP}({_MASK_WORDS}|{_WEAK_WORDS})$", re.IGNORECASE
)
_MASK_START = re.compile(rf"^({_MASK_WORDS}){_GAP}", re.IGNORECASE)
_PART_END = re.compile(rf"{_GAP}({_IMAGE_WORDS})$", re.IGNORECASE)
_IMAGE_END = re.compile(rf"{_GAP}({_IMAGE_WORDS}|[0-9]{{4}})$", re.IGNORECASE)
_IMAGE_START = re.compile(rf"^(images?|img){_GAP}", re.IGNORECASE)
_GLUED = re.compile(r"(?i)^(train|val|test)(?=(annot|labels?|masks?|gt|im)\b)")
_TOKEN = re.compile(r"[A-Z]?[a-z]+\d*|[A-Z]+(?![a-z])\d*|\d+[a-z]*")


class Folder(NamedTuple):
  """What the way from the data set to a folder says about it."""

  role: str  # "image", "mask" or ""
  part: int | None  # train 0, val 1, test 2
  word: str  # that tells the role, "" without one
  rest: tuple[str, ...]  # all other words
  plain: bool  # nothing but the role and the part is named


def folder_of(names: tuple[str, ...]) -> Folder:
  """What the names of folders, from the outermost on, say."""
  role = word = ""
  part, rest = None, []
  for name in names:
    tokens = _tokens(name)
    for token in tokens:
      if token in PARTS or token in _SHORT:
        found = PARTS.get(token, _SHORT.get(token))
        part = found if found is not None else part
    others = [t for t in tokens if t not in PARTS and t not in _SHORT]
    masks = [t for t in others if _MASK.fullmatch(t)]
    known = masks or [t for t in others if _IMAGE.fullmatch(t)]
    known = [t for t in known if len(t) > 1 or len(others) == 1]
    if known:
      role, word = ("mask" if masks else "image"), known[0]
    rest += [t for t in others if t not in known]
  rest = tuple(t for t in rest if t not in ("ground", "class", "jpeg", "1st"))
  return Folder(role, part, word, rest, not rest)


def _tokens(name):
  glued = _GLUED.sub(r"\1 ", name)
  return [token.lower() for token in _TOKEN.findall(glued)]


def without_mask_word(stem: str) -> str | None:
  """The name without an ending such as _mask; None if it has none."""
  base = _MASK_END.sub("", stem)
  return base if base and base != stem else None


def mask_keys(stem: str) -> tuple[str, ...]:
  """Names that the image of a mask may have, the likeliest first."""
  plain = _MASK_END.sub("", _MASK_START.sub("", stem))
  return tuple(dict.fromkeys((stem, plain or stem)))


def loose_mask_keys(stem: str) -> tuple[str, ...]:
  """The same, with words that may be of the name itself, such as _l."""
  plain = _ANY_MASK_END.sub("", _MASK_START.sub("", stem))
  return tuple(dict.fromkeys((*mask_keys(stem), plain or stem)))


def named_part_keys(stem: str) -> tuple[str, ...]:
  """The last of these without words of images such as _training."""
  plain = loose_mask_keys(stem)[-1]
  bare = _PART_END.sub("", _IMAGE_START.sub("", plain))
  return (bare,) if bare and bare != plain else ()


def image_keys(stem: str) -> tuple[str, ...]:
  """The name of an image, and without words such as _training, or _0000."""
  plain = _IMAGE_END.sub("", _IMAGE_START.sub("", stem))
  return tuple(dict.fromkeys((stem, plain or stem)))
