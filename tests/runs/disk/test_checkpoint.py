import errno
import json
import os
import pathlib
import shutil
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import orbax.checkpoint as ocp
import pytest

from alx.data import DataError
from alx.pool import init_pool
from alx.runs.disk.checkpoint import (
  Checkpoints,
  arrays_of,
  newest_step,
  steps_in,
)


def tree(step):
  return {
    "key": jax.random.key(step),
    "pool": init_pool(5),
    "params": {"w": jnp.arange(600.0).reshape(20, 30) + step},
  }


def same(a, b):
  for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
    if jax.dtypes.issubdtype(x.dtype, jax.dtypes.prng_key):
      x, y = jax.random.key_data(x), jax.random.key_data(y)
    np.testing.assert_array_equal(x, y)


def names(folder):
  return sorted(p.name for p in folder.iterdir())


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
  """A directory with the steps 1 and 2."""
  folder = tmp_path_factory.mktemp("saved")
  checkpoints = Checkpoints(folder)
  for step in (1, 2):
    checkpoints.save(step, tree(step))
  checkpoints.close()
  return folder


@pytest.fixture
def folder(saved, tmp_path):
  """A copy to be damaged."""
  return shutil.copytree(saved, tmp_path / "c")


def test_restores_the_newest_as_it_was(folder):
  step, found = Checkpoints(folder).restore(tree(0))
  assert step == 2
  same(found, tree(2))
  assert type(found["pool"]) is type(tree(0)["pool"])
  step, found = Checkpoints(folder).newest()
  assert step == 2
  same(found["params"], tree(2)["params"])


def test_nothing_is_there_at_first(tmp_path):
  checkpoints = Checkpoints(tmp_path / "a/b")
  assert checkpoints.restore(tree(0)) is None
  with pytest.raises(FileNotFoundError, match="b: wanted a checkpoint, found"):
    checkpoints.newest()


def test_keeps_only_the_last_two(folder):
  Checkpoints(folder).save(3, tree(3))
  assert names(folder) == ["2", "3"]


def change_data(step, change):
  """Writes other bytes into the files of the arrays."""
  for path in (step / "state/d").iterdir():
    path.write_bytes(change(path.read_bytes()))


def cut(content):
  return content[: len(content) // 2]


def garble(content):
  return bytes(255 - x for x in content)


def swap(folder):
  """What can be read, but is not what was saved."""
  shutil.rmtree(folder / "2/state")
  shutil.copytree(folder / "1/state", folder / "2/state")


DAMAGES = {
  "half deleted": lambda c: shutil.rmtree(c / "2/state"),
  "no end": lambda c: (c / "2/_CHECKPOINT_METADATA").unlink(),
  "truncated": lambda c: change_data(c / "2", cut),
  "garbled": lambda c: change_data(c / "2", garble),
  "other content": swap,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_passes_over_what_cannot_be_read(folder, damage):
  damage(folder)
  again = Checkpoints(folder)
  step, found = again.restore(tree(0))
  assert step == 1
  same(found, tree(1))
  step, found = again.newest()
  assert step == 1
  same(found["params"], tree(1)["params"])
  again.save(2, tree(7))  # and the step can be written again
  step, found = Checkpoints(folder).restore(tree(0))
  assert step == 2
  same(found, tree(7))


def damage_all(folder):
  for step in folder.iterdir():
    change_data(step, cut)


def of_another_version(folder):
  """Whose checkpoints tell of themselves in another way."""
  for step in folder.iterdir():
    (step / "_CHECKPOINT_METADATA").write_text('{"custom_metadata": {}}')


LOST = {
  "damaged": damage_all,
  "of another version": of_another_version,
  "emptied": lambda c: [
    (step / "_CHECKPOINT_METADATA").write_bytes(b"") for step in c.iterdir()
  ],
}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_steps_of_which_none_can_be_read_are_not_nothing(folder, lose):
  lose(folder)
  before = contents(folder)
  checkpoints = Checkpoints(folder)
  told = f"^{folder}: wanted a checkpoint that can be read, found none in 1, 2:"
  for read in (lambda: checkpoints.restore(tree(0)), checkpoints.newest):
    with pytest.raises(DataError, match=told) as error:
      read()
  assert "delete the folder to begin the run again, or" in str(error.value)
  assert contents(folder) == before


def contents(folder):
  return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_steps_of_other_shapes_are_not_nothing(folder):
  like = tree(0) | {"more": jnp.zeros(3)}
  with pytest.raises(DataError, match="found none in 1, 2: delete the folder"):
    Checkpoints(folder).restore(like)


def fail_on(name, error):
  """Reads fail of files of that name."""
  read = pathlib.Path.read_bytes

  def fail(path):
    if path.name == name:
      raise error
    return read(path)

  return pathlib.Path, "read_bytes", fail


def fail_to_restore(error):
  def fail(*_, **__):
    raise error

  return ocp.Checkpointer, "restore", fail


DENIED = OSError(errno.EACCES, os.strerror(errno.EACCES), "f")
FAULTS = {
  "of what tells of it": fail_on("_CHECKPOINT_METADATA", DENIED),
  "of its digest": fail_on("state.digest", DENIED),
  "by orbax": fail_to_restore(DENIED),
  "by tensorstore": fail_to_restore(
    ValueError(f"PERMISSION_DENIED: [OS error 13: {DENIED.strerror}] reading")
  ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_read_that_fails_is_told(folder, monkeypatch, fault):
  checkpoints, before = Checkpoints(folder), contents(folder)
  with monkeypatch.context() as patch:
    patch.setattr(*fault)
    with pytest.raises(DataError) as error:
      checkpoints.restore(tree(0))
  line = str(error.value)
  assert line.startswith(f"{folder}: wanted checkpoints that can be read, ")
  assert "found Permission denied: nothing was changed, run it again" in line
  assert "\n" not in line and error.value.__cause__.errno == errno.EACCES
  assert contents(folder) == before
  assert checkpoints.restore(tree(0))[0] == 2


def test_what_a_read_fails_on_is_told_and_can_be_done_without(folder):
  digest = folder / "2/state.digest"
  digest.unlink()
  digest.mkdir()
  checkpoints = Checkpoints(folder)
  told = "once 2/state.digest can be read, or delete 2: what was saved before"
  with pytest.raises(DataError, match=f"found Is a directory: .*{told} it is"):
    checkpoints.restore(tree(0))
  shutil.rmtree(folder / "2")
  assert checkpoints.restore(tree(0))[0] == 1


@pytest.mark.parametrize("digits", [0, 7])
def test_a_first_step_that_a_kill_has_cut_off_is_nothing(folder, digits):
  shutil.rmtree(folder / "1")
  digest = folder / "2/state.digest"
  digest.write_text(digest.read_text()[:digits])
  assert Checkpoints(folder).restore(tree(0)) is None


def test_a_first_step_without_an_end_is_nothing(folder):
  shutil.rmtree(folder / "1")
  about = folder / "2/_CHECKPOINT_METADATA"
  record = json.loads(about.read_text()) | {"commit_timestamp_nsecs": None}
  about.write_text(json.dumps(record))
  assert Checkpoints(folder).restore(tree(0)) is None


def write(path):
  path.parent.mkdir(exist_ok=True)
  path.write_text("mine")


FOREIGN = {
  "the next number": lambda c: write(c / "3/mine.txt"),
  "a higher number": lambda c: write(c / "100/mine.txt"),
  "a lower number": lambda c: write(c / "0/mine.txt"),
  "an empty number": lambda c: (c / "3").mkdir(),
  "a plain file": lambda c: write(c / "3"),
  "no number": lambda c: write(c / "notes/mine.txt"),
  "a copy of a step": lambda c: shutil.copytree(c / "2", c / "50"),
  "a copy aside": lambda c: shutil.copytree(c / "1", c / "1-1"),
  "a link": lambda c: (c / "50").symlink_to(c.parent),
}


@pytest.mark.parametrize("put", FOREIGN.values(), ids=FOREIGN)
def test_leaves_alone_what_is_not_its_own(folder, put):
  before = set(folder.rglob("*"))
  put(folder)
  foreign = set(folder.rglob("*")) - before
  checkpoints = Checkpoints(folder)
  assert checkpoints.restore(tree(0))[0] == checkpoints.newest()[0] == 2
  for step in (3, 4):
    checkpoints.save(step, tree(step))
    found = Checkpoints(folder).restore(tree(0))
    assert found[0] == step
    same(found[1], tree(step))
  assert foreign and foreign <= set(folder.rglob("*"))
  assert not {"1", "2"} & set(names(folder))  # its own go as ever


def test_what_a_kill_left_unfinished_goes_at_the_next_save(folder):
  shutil.copytree(folder / "2", folder / "3.orbax-checkpoint-tmp")
  (folder / "9.orbax-checkpoint-tmp").mkdir()
  checkpoints = Checkpoints(folder)
  assert checkpoints.restore(tree(0))[0] == 2
  checkpoints.save(3, tree(3))
  assert names(folder) == ["2", "3"]


def test_a_deletion_may_be_killed(folder, monkeypatch):
  def stop(path):
    raise KeyboardInterrupt

  monkeypatch.setattr(shutil, "rmtree", stop)
  with pytest.raises(KeyboardInterrupt):
    Checkpoints(folder).save(3, tree(3))
  monkeypatch.undo()
  assert {"1", "2", "3"} & set(names(folder)) == {"2", "3"}
  Checkpoints(folder).save(4, tree(4))
  assert names(folder) == ["3", "4"]


def test_a_run_that_went_back_does_not_jump_ahead(folder):
  """Step 2 may be readable again some day; the tables are of step 1."""
  checkpoints = Checkpoints(folder)
  checkpoints.save(1, tree(5))
  step, found = checkpoints.restore(tree(0))
  assert step == 1
  same(found, tree(5))


def test_the_newest_step_is_one_of_ours(saved, tmp_path):
  assert newest_step(saved) == 2
  assert newest_step(tmp_path / "none") == newest_step(tmp_path) == 0
  (tmp_path / "7").mkdir()
  assert newest_step(tmp_path) == 0 and names(tmp_path) == ["7"]


def test_arrays_of_a_step(folder):
  assert steps_in(folder) == [1, 2] and steps_in(folder / "none") == []
  found = arrays_of(folder, 1)
  np.testing.assert_array_equal(found["params"]["w"], tree(1)["params"]["w"])
  assert isinstance(found["params"]["w"], np.ndarray)
  for path in (folder / "1/state").rglob("*"):
    if path.is_file():
      path.write_bytes(b"")
  with pytest.raises(DataError, match="as it was written, found a damaged one"):
    arrays_of(folder, 1)
  assert not (folder / "none").exists()


def test_arrays_of_a_step_that_is_gone(folder, tmp_path):
  with pytest.raises(DataError, match=rf"{folder}: wanted step 7, found 1, 2$"):
    arrays_of(folder, 7)
  (tmp_path / "empty").mkdir()
  with pytest.raises(DataError, match=r"wanted step 1, found none$"):
    arrays_of(tmp_path / "empty", 1)


def test_arrays_of_a_folder_as_a_user_names_it(folder, monkeypatch):
  monkeypatch.chdir(folder.parent)
  found = arrays_of(pathlib.Path(folder.name), 2)
  np.testing.assert_array_equal(found["params"]["w"], tree(2)["params"]["w"])


def test_what_several_devices_saved_is_read_on_one(tmp_path):
  mesh = jax.make_mesh((2,), ("i",))
  spread = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("i"))
  checkpoints = Checkpoints(tmp_path)
  values = jax.device_put(jnp.arange(6.0), spread)
  checkpoints.save(1, {"w": values, "b": jax.device_put(2.0, jax.devices()[1])})
  checkpoints.close()
  script = (
    "import pathlib, sys; from alx.runs.disk.checkpoint import arrays_of; "
    "found = arrays_of(pathlib.Path(sys.argv[1]), 1); "
    "print(found['w'].tolist(), float(found['b']))"
  )
  done = subprocess.run(
    [sys.executable, "-W", "error", "-c", script, tmp_path],
    check=True,
    capture_output=True,
    text=True,
    env=os.environ | {"JAX_NUM_CPU_DEVICES": "1"},
  )
  assert done.stdout.strip() == "[0.0, 1.0, 2.0, 3.0, 4.0, 5.0] 2.0"


def test_a_key_that_several_processes_kept_as_its_data_is_a_key_again(tmp_path):
  checkpoints = Checkpoints(tmp_path)
  checkpoints.save(1, {"key": np.asarray(jax.random.key_data(tree(7)["key"]))})
  step, found = checkpoints.restore({"key": jax.random.key(0)})
  checkpoints.close()
  assert step == 1
  same(found, {"key": jax.random.key(7)})
