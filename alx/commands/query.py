"""Which items to label next, from arrays in files: for models of any framework.

  alx query --acquisition=entropy --k=20 --logits=logits.npy
  alx query --acquisition=badge --k=20 --arrays=predictions.npz
  alx query --acquisition="two_stage(entropy:200, k_center)" --k=20 \\
    --probs=probs.npy --features=features.npy --labelled=labelled.npy

Prints one id a line, best first; nothing else goes to standard output. Every
array is an .npy, or an .npz with an array of that name. --arrays is an .npz
that holds several: logits, features, labelled, ids ... Of one that `alx
features` has made, or of a data set, `group` says the patients, `split` what is
for a test, and `labels` the classes of what is labelled, if that is told.

Compiled programs are kept in $XDG_CACHE_HOME/alx, or ~/.cache/alx, so that the
same method on arrays of about the same sizes starts at once; --nocache keeps
none. The folder may be deleted at any time.
"""

import contextlib
import glob
import os
import pathlib
import re
import sys
import warnings
from collections.abc import Iterator

import jax
import numpy as np
from absl import flags

import alx
from alx import csv_table
from alx.commands import command
from alx.commands.defined import arrays, explained
from alx.data.dataset import DataError, bad_input
from alx.front.candidates import read_mask

_PREDICTIONS = {
  "probs": "[N, *sp, C] probabilities.",
  "logits": "[N, *sp, C], instead of probs.",
  "samples": "[S, N, *sp, C] probabilities of S passes or members.",
  "sample_logits": "[S, N, *sp, C], instead of samples.",
  "features": "[N, D] features.",
  "evidence": "[N, *sp, C] Dirichlet parameters.",
}
_ITEMS = {
  "labelled": "[N] bool, items that have a label; or their numbers.",
  "available": "[N] bool, items that may be asked for; default all others.",
  "groups": "[N] patients or volumes, at most --max_per_group of each.",
  "labels": "[N] int, the class of each labelled item.",
  "ids": "[N] names to print; or a .txt of one a line. Default: 0, 1, 2 ...",
}
_FLAGS = {
  name: flags.DEFINE_string(name, None, words)
  for name, words in (_PREDICTIONS | _ITEMS).items()
}
_ARRAYS = flags.DEFINE_string("arrays", None, "An .npz with several of them.")
_ACQUISITION = flags.DEFINE_string(
  "acquisition", "entropy", "A method, or a composition of methods."
)
_K = flags.DEFINE_integer("k", None, "How many items.", required=True)
_N = flags.DEFINE_integer(
  "n", None, "N, where no array says it, or where a shape has two readings."
)
_KEY = flags.DEFINE_integer("key", 0, "Seed; the same gives the same items.")
_CAP = flags.DEFINE_integer("max_per_group", None, "Picks of one group.")
_OUTPUT = flags.DEFINE_string(
  "output", None, "A CSV of rank and id, instead of lines on the screen."
)
_NOT_KEPT = (
  r"Error (?P<how>reading|writing) persistent compilation cache entry for "
  r"'(?P<name>[^']+)'"
)
explained.define_list_methods()
flags.DEFINE_alias("labeled", "labelled")
_CACHE = flags.DEFINE_bool("cache", True, "Keep compiled programs, see above.")


def main(argv: list[str]) -> None:
  """Prints the ids; a wrong input is one line and exit code 2."""
  command.begin()
  with command.ends(2, ValueError, OSError), _kept_programs():
    command.only_flags(argv)
    found = read_arrays()
    ids = found.pop("ids", None)
    if ids is not None:
      ids = arrays.texts(ids)
      found = _with_ids(found, ids)
    options = {} if _CAP.value is None else {"max_per_group": _CAP.value}
    items = alx.query(
      _ACQUISITION.value,
      k=_K.value,
      key=_KEY.value,
      n=_N.value,
      **found,
      **options,
    )
    _tell(items.tolist() if ids is None else [ids[i] for i in items])


@contextlib.contextmanager
def _kept_programs() -> Iterator[None]:
  """Compiled programs are kept; what cannot be read goes, and is compiled."""
  if not _CACHE.value:
    yield
    return
  keep_programs()
  with warnings.catch_warnings(record=True) as told:
    warnings.filterwarnings("always", message=_NOT_KEPT)
    try:
      yield
    finally:
      for warning in told:
        _forget(warning)


def _forget(warning):
  """Deletes the programs that a warning is about, and shows any other."""
  about = re.match(_NOT_KEPT, str(warning.message))
  if about is None:
    warnings.showwarning(
      warning.message, warning.category, warning.filename, warning.lineno
    )
    return
  folder = pathlib.Path(jax.config.jax_compilation_cache_dir or "")
  if about["how"] == "reading" and folder == cache_folder():
    for path in folder.glob(f"{glob.escape(about['name'])}-*"):
      with contextlib.suppress(OSError):
        path.unlink()


def keep_programs() -> None:
  """Compiled programs are kept on disk, where the user's folder allows it.

  A folder that JAX has been told of already stays.
  """
  folder = cache_folder()
  if jax.config.jax_compilation_cache_dir or folder is None:
    return
  try:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
  except OSError:
    return
  if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
    return
  jax.config.update("jax_compilation_cache_dir", str(folder))
  jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
  jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def cache_folder() -> pathlib.Path | None:
  """Of the XDG base directories, where a relative one counts as none."""
  told = pathlib.Path(os.environ.get("XDG_CACHE_HOME", ""))
  if told.is_absolute():
    return told / "alx"
  try:
    return pathlib.Path.home() / ".cache" / "alx"
  except RuntimeError:  # nobody's home is known
    return None


def read_arrays() -> dict[str, np.ndarray]:
  """The arrays of --arrays and of the other flags, by name.

  What is labelled is a mask. Without one the labels of a file say nothing, and
  nothing where they are no classes of items. Of a file, items of another part
  than train are not asked for. A flag of its own says more than what such a
  file says beside.

  Raises:
    ValueError: a file that is none, an array that is not there, that nothing
      reads, or that is given twice.
  """
  told = arrays.Found({})
  if _ARRAYS.value:
    told = arrays.of_file(command.path_of(_ARRAYS.value), _FLAGS)
  found = dict(told.arrays)
  for name, flag in _FLAGS.items():
    if flag.value is None:
      continue
    if name in found:
      raise bad_input(_ARRAYS.value, f"--{name} or an array {name}", "both")
    found[name] = arrays.of_flag(command.path_of(flag.value), name, _FLAGS)
  if "groups" not in found and told.patients is not None:
    found["groups"] = np.ravel(told.patients)
  if "labels" in told.arrays:
    labels = found.pop("labels")
    if "labelled" in found:
      found |= _classes_in(labels, told.class_names)
  if "labelled" in found:
    found["labelled"] = arrays.as_mask(found, _N.value)
  if "available" not in found and told.split is not None:
    pool = arrays.pool_of(_ARRAYS.value, told.split)
    found |= _in_pool(pool, found.get("labelled"))
  return found


def _classes_in(labels, class_names):
  """{"labels": [N]}; {} if they are of voxels or, with a note, no classes."""
  try:
    classes = arrays.classes_of(_ARRAYS.value, labels, class_names)
  except DataError as error:
    print(f"note: labels are not used: {error}", file=sys.stderr)
    return {}
  return {} if classes is None else {"labels": classes}


def _in_pool(pool, labelled):
  """{"available": [N]}, with a note; {} if all items are in the pool."""
  if pool.all():
    return {}
  free = pool
  if labelled is not None:
    free = pool & ~read_mask("labelled", labelled, len(pool))
  told = f"note: {(~pool).sum()} items that are not to train on are "
  print(f"{told}not asked for", file=sys.stderr)
  return {"available": free}


def _with_ids(found, ids):
  """The arrays beside N ids: they say how many items there are.

  They do not say what an axis is, as --n does.
  """
  if _N.value not in (None, len(ids)):
    raise ValueError(f"n: wanted {len(ids)}, as many as ids, found {_N.value}")
  arrays.check_ids(ids, found)
  if "labelled" in found or "available" in found:
    return found
  return found | {"available": np.ones(len(ids), bool)}


def _tell(names):
  if _OUTPUT.value is None:
    print("\n".join(map(str, names)))
    return
  rows = [{"rank": rank, "id": name} for rank, name in enumerate(names, 1)]
  with open(command.path_of(_OUTPUT.value), "xb") as file:
    file.write(csv_table.encode(csv_table.to_text(("rank", "id"), rows)))


if __name__ == "__main__":
  command.start(main)
