import json
import os
import pathlib
import subprocess
import sys
import tracemalloc

import nibabel
import numpy as np
import pytest

from alx import data
from alx.data.cache import cache as cache_module
from alx.data.cache.cache import load_cached
from alx.data.dataset import DataError
from alx.data.sources.source import digest_of, stack_into
from alx.data.volumes import msd

ROOT = pathlib.Path(__file__).resolve().parents[3]


def write_case(folder, name, seed, shape=(9, 40, 7), label=None):
  """Random voxels, and labels of 0, 1 and 3."""
  random = np.random.default_rng(seed)
  image = random.integers(-500, 1500, shape).astype(np.int16)
  if label is None:
    label = random.choice(np.array([0, 0, 1, 3], np.uint8), shape[:3])
  for part, array in (("imagesTr", image), ("labelsTr", label)):
    (folder / part).mkdir(parents=True, exist_ok=True)
    volume = nibabel.Nifti1Image(array, np.diag([1.0, 2.0, 0.5, 1.0]))
    nibabel.save(volume, folder / part / f"{name}.nii.gz")


@pytest.fixture
def folder(tmp_path):
  for seed, name in enumerate("abcd"):
    write_case(tmp_path / "in", name, seed, (9 + seed, 40, 7))
  return tmp_path / "in"


def conversions(monkeypatch):
  """The ids of the cases that are read from NIfTI from here on."""
  read, done = msd.read_case, []

  def counted(case, *rest):
    done.append(case.id)
    return read(case, *rest)

  monkeypatch.setattr(msd, "read_case", counted)
  return done


def assert_same(cached, loaded):
  for field in loaded._fields:
    if field not in ("images", "labels"):
      assert getattr(cached, field) == getattr(loaded, field), field
  for name in ("images", "labels"):
    pairs = zip(getattr(cached, name), getattr(loaded, name), strict=True)
    for stored, array in pairs:
      assert (stored.dtype, stored.shape) == (array.dtype, array.shape)
      np.testing.assert_array_equal(stored, array)


@pytest.mark.parametrize("described", [False, True])
def test_the_same_as_loading(folder, tmp_path, described):
  if described:
    content = {"labels": {"0": "none", "3": "z", "1": "y"}, "modality": ["T1"]}
    (folder / "dataset.json").write_text(json.dumps(content))
  for _ in range(2):
    found = load_cached(folder, tmp_path / "cache")
    assert_same(found, data.load(folder))


def test_channels_and_split_work_as_before(folder, tmp_path):
  for name in "abcd":
    write_case(folder, name, 1, (6, 5, 4, 2), np.ones((6, 5, 4), np.uint8))
  found = load_cached(folder, tmp_path / "cache")
  assert_same(found, data.load(folder))
  assert data.split(found, seed=0).test.size == 1


def test_only_what_has_changed_is_converted(folder, tmp_path, monkeypatch):
  done = conversions(monkeypatch)
  load_cached(folder, tmp_path / "cache")
  assert done == [*"abcd"]
  write_case(folder, "b", 7)
  os.utime(folder / "imagesTr" / "c.nii.gz", (1, 1))
  write_case(folder, "e", 8)
  del done[:]
  found = load_cached(folder, tmp_path / "cache")
  assert done == ["b", "e"]
  assert_same(found, data.load(folder))


def test_other_words_about_the_classes_convert_nothing(
  folder, tmp_path, monkeypatch
):
  load_cached(folder, tmp_path / "cache")
  done = conversions(monkeypatch)
  labels = {"background": 0, "one": 1, "two": 2, "three": 3}
  (folder / "dataset.json").write_text(json.dumps({"labels": labels}))
  found = load_cached(folder, tmp_path / "cache")
  assert done == []
  assert found.class_names == tuple(labels)
  labels = found.labels
  assert set(np.unique(labels[0])) == {0, 1, 3}


def spoil(folder):
  """Four ways to be bad, each in a case of its own."""
  (folder / "imagesTr" / "b.nii.gz").write_bytes(b"not an image")
  (folder / "labelsTr" / "c.nii.gz").unlink()
  write_case(folder, "d", 3, (5, 5, 5, 2), np.ones((5, 5, 5), np.uint8))
  write_case(folder, "e", 4, label=np.full((9, 40, 7), 5, np.uint8))
  labels = {"0": "none", "1": "y", "3": "z"}
  (folder / "dataset.json").write_text(json.dumps({"labels": labels}))


@pytest.mark.parametrize("converted_before", [False, True])
def test_bad_cases_are_a_line_each(folder, tmp_path, converted_before):
  if converted_before:
    load_cached(folder, tmp_path / "cache")
  spoil(folder)
  found, loaded = load_cached(folder, tmp_path / "cache"), data.load(folder)
  assert found.ids == ("a",)
  assert len(found.left_out) == 4
  assert found.left_out == loaded.left_out
  with pytest.raises(DataError, match=r"b\.nii\.gz: wanted a NIfTI file"):
    load_cached(folder, tmp_path / "cache", strict=True)
  assert_same(load_cached(folder, tmp_path / "cache"), loaded)


def test_most_cases_say_how_many_channels(folder, tmp_path):
  load_cached(folder, tmp_path / "cache")
  write_case(folder, "a", 0, (6, 5, 4, 2), np.ones((6, 5, 4), np.uint8))
  found, loaded = load_cached(folder, tmp_path / "cache"), data.load(folder)
  assert_same(found, loaded)
  assert (found.ids, len(found.left_out)) == (("b", "c", "d"), 1)
  with pytest.raises(DataError, match=r"a\.nii\.gz: wanted axes and channels"):
    load_cached(folder, tmp_path / "cache", strict=True)


def test_not_one_good_case(tmp_path):
  write_case(tmp_path / "in", "a", 0)
  (tmp_path / "in" / "labelsTr" / "a.nii.gz").write_bytes(b"")
  with pytest.raises(DataError, match="at least one image with its label"):
    load_cached(tmp_path / "in", tmp_path / "cache")


def test_another_folder(tmp_path):
  with pytest.raises(DataError, match="a folder with imagesTr and labelsTr"):
    load_cached(tmp_path, tmp_path / "cache")
  assert not (tmp_path / "cache").exists()


def test_the_caller_draws_the_bar(folder, tmp_path):
  seen = []

  def progress(cases, total, description):
    for number, case in enumerate(cases, 1):
      yield case
      seen.append((number, total, description))

  load_cached(folder, tmp_path / "cache", progress=progress)
  assert seen == [(n, 4, "converting") for n in (1, 2, 3, 4)]


def test_crops_read_the_voxels_asked_for(folder, tmp_path):
  found = load_cached(folder, tmp_path / "cache")
  image, label = found.images[2], found.labels[2]
  corner = found.images.crop(2, (3, 30, 1), (4, 10, 6))
  np.testing.assert_array_equal(corner, image[3:7, 30:40, 1:7])
  corner = found.labels.crop(2, (3, 30, 1), (4, 10, 6))
  np.testing.assert_array_equal(corner, label[3:7, 30:40, 1:7])
  assert corner.dtype == np.uint8
  for start in ((8, 0, 0), (-1, 0, 0)):
    with pytest.raises(DataError, match=r"a part of c, which is \(11, 40, 7"):
      found.images.crop(2, start, (4, 10, 6))


def test_shapes_and_digests_are_known_without_reading(
  folder, tmp_path, monkeypatch
):
  found = load_cached(folder, tmp_path / "cache")
  again = load_cached(folder, tmp_path / "cache2")
  monkeypatch.setattr(cache_module, "ts", None)
  assert found.images.shapes[3] == (12, 40, 7, 1)
  assert found.labels.shapes[3] == (12, 40, 7)
  assert digest_of(found.images) == digest_of(again.images)
  assert digest_of(found.images) != digest_of(found.labels)
  write_case(folder, "b", 7)
  monkeypatch.undo()
  changed = load_cached(folder, tmp_path / "cache")
  assert digest_of(found.images) != digest_of(changed.images)


def test_blocks_of_volumes_have_one_shape(folder, tmp_path):
  found = load_cached(folder, tmp_path / "cache")
  extent = np.max(found.images.shapes, 0)[:3]
  block = stack_into([found.images[i] for i in (0, 1)], (8, 8, 8), extent)
  assert block.values.shape == (2, 12, 40, 8, 1)


def flip(image):
  file = image / "c" / "0" / "0" / "0" / "0"
  content = bytearray(file.read_bytes())
  content[len(content) // 2] ^= 1
  file.write_bytes(content)


def remove(image):
  (image / "c" / "0" / "0" / "0" / "0").unlink()


def crop(image):
  """Another extent in the description, of as many bytes."""
  text = (image / "zarr.json").read_text()
  assert '"shape":[10,40,7,1]' in text
  (image / "zarr.json").write_text(text.replace("[10,40,7,1]", "[10,30,7,1]"))


@pytest.mark.parametrize("damage", [flip, remove, crop])
def test_damaged_chunks_are_never_voxels(folder, tmp_path, damage):
  found = load_cached(folder, tmp_path / "cache")
  (case,) = (tmp_path / "cache" / "cases").glob("b-*")
  damage(case / "image")
  told = r"image: wanted chunks as they were written \(delete the folder"
  with pytest.raises(DataError, match=told):
    found.images[1]
  assert found.images[0].any()
  if damage is remove:  # seen when it is opened, and mended
    assert_same(load_cached(folder, tmp_path / "cache"), data.load(folder))


def test_a_disk_that_cannot_be_written_to_stops(folder, tmp_path, monkeypatch):
  def full(folder, array):
    raise OSError("No space left on device")

  monkeypatch.setattr(cache_module, "_write", full)
  with pytest.raises(DataError, match="cache: wanted a folder to write to"):
    load_cached(folder, tmp_path / "cache")


def test_one_case_at_a_time_is_in_memory(tmp_path):
  def peak(count):
    for i in range(count):
      write_case(tmp_path / str(count), f"c{i}", i, (64, 64, 32))
    tracemalloc.start()
    load_cached(tmp_path / str(count), tmp_path / f"cache{count}")
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return used

  peak(1)
  one, six = peak(2), peak(8)
  assert six < 1.1 * one + 2**17  # a volume is 2 ** 19 bytes


# Dies for good at a certain write: 2 per case, an image and its label.
_KILLED = """
import os, signal, sys
from alx.data.cache import cache
from alx.data.cache import store as cache_store
folder, where, target, when = sys.argv[1:]
module = {"write": cache, "rename": cache_store.os}[where]
name = {"write": "_write", "rename": "rename"}[where]
before, left = getattr(module, name), [int(when)]
def deadly(*args):
  left[0] -= 1
  if not left[0]:
    os.kill(os.getpid(), signal.SIGKILL)
  return before(*args)
setattr(module, name, deadly)
cache.load_cached(folder, target)
"""


@pytest.mark.parametrize(
  ("where", "when", "remaining"),
  [("write", 4, [*"bcd"]), ("rename", 3, [*"cd"])],
)
def test_a_killed_conversion_goes_on(
  folder, tmp_path, monkeypatch, where, when, remaining
):
  cache = tmp_path / "cache"
  command = [sys.executable, "-c", _KILLED, folder, where, cache, str(when)]
  assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9
  assert list((cache / "cases").glob(".partial-*"))
  done = conversions(monkeypatch)
  found = load_cached(folder, cache)
  assert done == remaining
  assert not list((cache / "cases").glob(".partial-*"))
  assert_same(found, data.load(folder))


def test_real_volumes(shared_data, tmp_path):
  """Of the Decathlon, as they are: uint8 and float32, of many extents."""
  task = shared_data / "Task04_Hippocampus"
  for part in ("imagesTr", "labelsTr"):
    (tmp_path / "in" / part).mkdir(parents=True)
    for file in sorted((task / part).glob("h*.nii.gz"))[:12]:
      (tmp_path / "in" / part / file.name).symlink_to(file)
  found = load_cached(tmp_path / "in", tmp_path / "cache")
  assert len(found.ids) == 12
  assert_same(found, data.load(tmp_path / "in"))
