"""Saving and restoring the state of a run: the only user of orbax."""

import pathlib
from typing import Any

import jax
import orbax.checkpoint as ocp


class Checkpoints:
  """The last few states of one run, numbered by step, in one directory."""

  def __init__(self, directory: str | pathlib.Path, keep: int = 2):
    """Opens or makes the directory; it must hold nothing but checkpoints."""
    policy = ocp.checkpoint_managers.LatestN(keep)
    options = ocp.CheckpointManagerOptions(
      preservation_policy=policy,
      enable_async_checkpointing=False,
      cleanup_tmp_directories=True,
    )
    self._manager = ocp.CheckpointManager(
      pathlib.Path(directory).absolute(), options=options
    )

  def save(self, step: int, tree: Any) -> None:
    """Writes a pytree of arrays as `step`; returns when it is on disk."""
    if step in self._manager.all_steps():  # what a restore could not read
      self._manager.delete(step)
    args = ocp.args.Composite(state=ocp.args.StandardSave(tree))
    self._manager.save(step, args=args, force=True)
    self._manager.wait_until_finished()

  def restore(self, like: Any) -> tuple[int, Any] | None:
    """The newest (step, tree) that can be read, or None.

    A step that a kill left half written or half deleted is passed over.

    Args:
      like: a pytree with the shapes, dtypes and placement wanted.
    """
    target = jax.tree.map(ocp.utils.to_shape_dtype_struct, like)
    for step in sorted(self._manager.all_steps(), reverse=True):
      try:
        args = ocp.args.Composite(state=ocp.args.StandardRestore(target))
        return step, self._manager.restore(step, args=args)["state"]
      except (ValueError, OSError, KeyError):
        continue
    return None

  def newest(self) -> tuple[int, Any]:
    """The newest (step, tree) as it was saved, for those who only look.

    Raises:
      FileNotFoundError: if there is none.
    """
    args = ocp.args.Composite(state=ocp.args.StandardRestore())
    step = self._manager.latest_step()
    if step is None:
      raise FileNotFoundError(f"no checkpoint in {self._manager.directory}")
    return step, self._manager.restore(step, args=args)["state"]

  def close(self) -> None:
    """Frees the threads behind it."""
    self._manager.close()
