"""Saving and restoring the state of a run: the only user of orbax."""

import contextlib
import errno
import os
import pathlib
import shutil
from itertools import count
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import orbax.checkpoint as ocp

from alx.data.dataset import bad_input
from alx.devices.distributed import from_first, is_first, is_shared
from alx.devices.mesh import on_host
from alx.keys import is_typed
from alx.runs.disk import steps

_ROOM = 2**18  # bytes of files that are not arrays
_UNFINISHED = ".orbax-checkpoint-tmp"  # orbax's own, behind the name of a step


class Checkpoints:
  """The last few states of one run, numbered by step, in one directory.

  Steps that were saved here and finished are restored and deleted; all else
  that lies in the directory is left alone, whatever its name.
  """

  def __init__(self, directory: str | pathlib.Path, keep: int = 2):
    """Opens or makes the directory; of several processes the first one."""
    self._directory = pathlib.Path(directory).absolute()
    self._keep = keep
    if is_first():
      self._directory.mkdir(parents=True, exist_ok=True)
      self._orbax = _open()

  def save(self, step: int, tree: Any) -> None:
    """Writes a pytree of arrays as `step`; returns when it is on disk.

    Steps of this number and above are deleted: a run that comes to `step`
    could not read them.

    Raises:
      OSError: if the disk is full, or may not be written to.
    """
    tree = _as_held_alone(tree) if is_shared() else tree
    if not is_first():
      return
    self._delete_unfinished()
    _check_room(self._directory, tree)
    for number, path in self._saved():
      if number >= step:
        _delete(path)
    path = self._free_path(step)
    args = ocp.args.Composite(state=ocp.args.StandardSave(tree))
    with _as_os_error(self._directory):
      self._orbax.save(path, args=args, custom_metadata={"name": path.name})
    steps.seal(path)
    for _, path in self._saved()[: -self._keep]:
      _delete(path)

  def restore(self, like: Any) -> tuple[int, Any] | None:
    """The newest (step, tree) that can be read; None if none was saved.

    Args:
      like: a pytree with the shapes, dtypes and placement wanted.

    Raises:
      steps.Unreadable: a disk that cannot be read, or steps of which none can.
    """
    if is_shared():
      return self._restore_for_all(like)
    target = jax.tree.map(ocp.utils.to_shape_dtype_struct, like)
    found = self._read(ocp.args.StandardRestore(target))
    return found and (found[0], jax.tree.map(_as_like, found[1], like))

  def _restore_for_all(self, like):
    """What process 0 has restored, on all processes."""
    target = _as_held_alone(like)
    step, tree = 0, target
    if is_first():
      structs = jax.tree.map(ocp.utils.to_shape_dtype_struct, target)
      found = self._read(ocp.args.StandardRestore(structs))
      step, tree = found or (step, tree)
      tree = _as_held_alone(tree)
    step, tree = from_first((np.int32(step), tree))
    return (int(step), jax.tree.map(_as_like, tree, like)) if step else None

  def newest(self) -> tuple[int, Any]:
    """The same as it was saved, for those who only look.

    Raises:
      FileNotFoundError: if there is none.
      steps.Unreadable: as `restore`.
    """
    found = self._read(ocp.args.StandardRestore())
    if found is None:
      raise FileNotFoundError(
        f"{self._directory}: wanted a checkpoint, found none that can be read"
      )
    return found

  def close(self) -> None:
    """Frees the threads behind it."""
    if is_first():
      self._orbax.close()

  def _read(self, state):
    """(step, tree) of the newest step that can be read; None: none is there."""
    args = ocp.args.Composite(state=state)
    with steps.as_unreadable(self._directory):
      for step, path in reversed(self._saved()):
        with contextlib.suppress(ValueError, KeyError, FileNotFoundError):
          return step, self._read_step(path, args)
      lost = steps.lost_in(self._directory)
    if lost:
      raise steps.unreadable(
        self._directory,
        "a checkpoint that can be read",
        f"none in {', '.join(lost)}: delete the folder to begin the run again, "
        "or use the version of alx that wrote it",
      )
    return None

  def _read_step(self, path, args):
    if not steps.is_whole(path):
      raise ValueError(f"{path}: a damaged one")
    with _as_os_error(path):
      return self._orbax.restore(path, args=args)["state"]

  def _saved(self):
    """(step, path) of all that were saved here, the newest last."""
    return steps.saved_in(self._directory)

  def _free_path(self, step):
    """STEP, or STEP-1 and so on if something foreign has that name."""
    names = (f"{step}-{n}" if n else str(step) for n in count())
    paths = (self._directory / name for name in names)
    return next(p for p in paths if not os.path.lexists(p))

  def _delete_unfinished(self):
    """What a kill left of a save or of a deletion."""
    for path in self._directory.glob(f"*{_UNFINISHED}*"):
      if steps.STEP.fullmatch(path.name.split(_UNFINISHED)[0]):
        shutil.rmtree(path)


def _open():
  """Orbax; of several processes it waits for none, as one alone has it."""
  if not is_shared():
    return ocp.Checkpointer(ocp.CompositeCheckpointHandler())
  alone = ocp.options.MultiprocessingOptions(
    primary_host=0, active_processes={0}, barrier_sync_key_prefix="first"
  )
  options = ocp.CompositeOptions(multiprocessing_options=alone)
  handler = ocp.CompositeCheckpointHandler(composite_options=options)
  return ocp.Checkpointer(handler, multiprocessing_options=alone)


def _as_held_alone(tree):
  """NumPy arrays, which no other process has a part of; keys as their data."""

  def of(x):
    return jax.random.key_data(x) if is_typed(x) else x

  return on_host(jax.tree.map(of, tree))


def _as_like(x, like):
  """A key again, if it was kept as its data."""
  if is_typed(like) and not is_typed(x):
    return jax.random.wrap_key_data(
      jnp.asarray(x), impl=jax.random.key_impl(like)
    )
  return x


def _check_room(directory, tree):
  """Orbax tells of a full disk in hundreds of lines of several threads."""
  wanted = sum(getattr(leaf, "nbytes", 0) for leaf in jax.tree.leaves(tree))
  usage = shutil.disk_usage(directory)
  if usage.total and usage.free < wanted + _ROOM:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(directory))


@contextlib.contextmanager
def _as_os_error(directory):
  """What the file system says comes out of tensorstore as a ValueError."""
  try:
    yield
  except ValueError as error:
    for code in (
      errno.ENOSPC,
      errno.EDQUOT,
      errno.EACCES,
      errno.EROFS,
      errno.EIO,
      errno.ESTALE,
      errno.EMFILE,
    ):
      if os.strerror(code) in str(error):
        raise OSError(code, os.strerror(code), str(directory)) from error
    raise


def steps_in(directory: pathlib.Path) -> list[int]:
  """The numbers of the steps that were saved there, ascending.

  Nothing is made or read but what tells that a step is finished.

  Raises:
    OSError: if the disk does not say.
  """
  saved = steps.saved_in(directory) if directory.is_dir() else []
  return sorted({step for step, _ in saved})


def arrays_of(directory: pathlib.Path, step: int) -> Any:
  """A saved tree as NumPy arrays in dicts, whatever devices it was saved on.

  A key is its data.

  Raises:
    DataError: no such step, or one that is damaged.
  """
  path = steps.whole(directory, step)
  handler = ocp.PyTreeCheckpointHandler()
  try:
    about = handler.metadata(path / "state")
    args = jax.tree.map(
      lambda _: ocp.RestoreArgs(restore_type=np.ndarray),
      getattr(about, "tree", about),
      is_leaf=lambda x: hasattr(x, "shape"),
    )
    return ocp.Checkpointer(handler).restore(
      path / "state", args=ocp.args.PyTreeRestore(restore_args=args)
    )
  except (ValueError, OSError, KeyError) as error:
    raise bad_input(path, "a checkpoint that can be read", error) from error


def newest_step(directory: str | pathlib.Path) -> int:
  """The number of the newest step that was saved there; 0 if there is none.

  Nothing is made or read but what tells that a step is finished.

  Raises:
    OSError: if the disk does not say.
  """
  path = pathlib.Path(directory)
  saved = steps.saved_in(path) if path.is_dir() else []
  return saved[-1][0] if saved else 0


def _delete(path):
  """Deletes a step so that a kill leaves all of it or none."""
  doomed = path.with_name(path.name + _UNFINISHED)
  path.rename(doomed)
  shutil.rmtree(doomed)
