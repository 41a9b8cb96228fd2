import io
import pathlib
import re
import sys
import zipfile

import numpy as np
import pytest

from alx.data.arrays.mapped import map_array
from alx.data.dataset import DataError
from alx.data.sources.source import digest_of, read_block

_ROWS = np.arange(60, dtype=np.float32).reshape(20, 3)


def saved(tmp_path, array, name="x.npy"):
  path = tmp_path / name
  np.save(path, array)
  return path


def test_rows_of_an_npy(tmp_path):
  source = map_array(saved(tmp_path, _ROWS))
  assert (len(source), source.ids[19]) == (20, "item_00019")
  np.testing.assert_array_equal(source[7], _ROWS[7])
  np.testing.assert_array_equal(source[-1], _ROWS[19])
  np.testing.assert_array_equal(source.rows(3, 20), _ROWS[3:])
  np.testing.assert_array_equal(source.array, _ROWS)
  assert not source.array.flags.writeable
  with pytest.raises(IndexError):
    source[20]


@pytest.mark.parametrize(
  "array",
  [
    np.asfortranarray(_ROWS),
    _ROWS.astype(">f4"),
    _ROWS.astype(np.float16),
    np.arange(20, dtype=">i2"),
    np.ones((20, 2, 3, 4), bool),
  ],
)
def test_any_order_and_type(tmp_path, array):
  source = map_array(saved(tmp_path, array))
  rows = source.rows(5, 9)
  np.testing.assert_array_equal(rows, array[5:9])
  assert rows.dtype == array.dtype.newbyteorder("=")
  assert rows.flags.c_contiguous
  block = read_block(source, 18, 4)
  np.testing.assert_array_equal(block, array[[18, 19, 19, 19]])


def test_an_array_of_an_archive_is_mapped(tmp_path):
  other = np.arange(7)
  np.savez(tmp_path / "x.npz", features=_ROWS, other=other)
  source = map_array(tmp_path / "x.npz", "features")
  np.testing.assert_array_equal(source.rows(0, 20), _ROWS)
  assert not source.array.flags.owndata
  np.testing.assert_array_equal(
    map_array(tmp_path / "x.npz", "other").rows(0, 7), other
  )


def test_the_only_array_needs_no_name(tmp_path):
  np.savez(tmp_path / "x.npz", _ROWS)
  np.testing.assert_array_equal(map_array(tmp_path / "x.npz")[1], _ROWS[1])


def test_a_compressed_array_is_loaded_and_told(tmp_path):
  np.savez_compressed(tmp_path / "x.npz", a=_ROWS)
  told = r"x.npz: a.npy is compressed and cannot be mapped; 0 MB are in memory"
  with pytest.warns(UserWarning, match=told):
    source = map_array(tmp_path / "x.npz", "a", ids=[*"abcdefghijklmnopqrst"])
  np.testing.assert_array_equal(source.rows(0, 20), _ROWS)
  assert source.ids[2] == "c"


def archive(tmp_path, **arrays):
  np.savez(tmp_path / "x.npz", **arrays)
  return tmp_path / "x.npz"


def empty(tmp_path):
  (tmp_path / "x.npy").write_bytes(b"")
  return tmp_path / "x.npy"


def text(tmp_path):
  (tmp_path / "x.npy").write_text("1,2,3\n")
  return tmp_path / "x.npy"


def short(tmp_path):
  path = saved(tmp_path, _ROWS)
  path.write_bytes(path.read_bytes()[:-1])
  return path


def half_archive(tmp_path):
  path = archive(tmp_path, a=_ROWS)
  path.write_bytes(path.read_bytes()[:200])
  return path


@pytest.mark.parametrize(
  ("make", "name", "told"),
  [
    (lambda t: t / "none.npy", None, "none.npy: wanted a file that can be"),
    (lambda t: t, None, "wanted a file that can be read, found IsADirectory"),
    (empty, None, "x.npy: wanted an array of numbers"),
    (text, None, "x.npy: wanted an array of numbers"),
    (short, None, r"wanted 368 bytes for float32 \(20, 3\), found 367"),
    (lambda t: saved(t, np.float32(1)), None, r"found float32 of shape \(\)"),
    (lambda t: saved(t, np.zeros((0, 3))), None, r"of shape \(0, 3\)"),
    (lambda t: saved(t, np.array(["a"])), None, r"found <U1 of shape \(1,\)"),
    (lambda t: saved(t, np.array([{}])), None, r"found object of shape"),
    (lambda t: archive(t, a=_ROWS), "b", r"array b, found \['a'\]"),
    (
      lambda t: archive(t, a=_ROWS, b=_ROWS),
      None,
      r"wanted one array, or name= of one, found \['a', 'b'\]",
    ),
    (half_archive, None, "found BadZipFile"),
  ],
)
def test_bad_files_are_one_line(tmp_path, make, name, told):
  with pytest.raises(DataError, match=told) as error:
    map_array(make(tmp_path), name)
  assert "\n" not in str(error.value)


def test_other_ids_than_rows(tmp_path):
  with pytest.raises(DataError, match="wanted 20 different ids, found 1 ids"):
    map_array(saved(tmp_path, _ROWS), ids=["a"])


def test_damage_is_told_or_does_no_harm(tmp_path):
  """A byte anywhere in a header changed: a DataError, or rows of some type."""
  random, told = np.random.default_rng(0), 0
  for kind in (saved, lambda t, x: archive(t, a=x)):
    whole = kind(tmp_path, _ROWS).read_bytes()
    for _ in range(200):
      content = bytearray(whole)
      content[random.integers(len(whole))] = random.integers(256)
      (tmp_path / "damaged").write_bytes(content)
      try:
        source = map_array(tmp_path / "damaged")
        source.rows(0, len(source))
      except DataError:
        told += 1
  assert told > 50


def test_the_digest_sees_other_rows_types_and_files(tmp_path):
  path = saved(tmp_path, _ROWS)
  first = digest_of(map_array(path))
  assert digest_of(map_array(path)) == first
  changed = _ROWS.copy()
  changed[19, 2] += 1
  assert digest_of(map_array(saved(tmp_path, changed))) != first
  assert digest_of(map_array(saved(tmp_path, _ROWS.view(np.int32)))) != first


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_is_read_does_not_stay(tmp_path):
  def mapped():
    text = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(r"RssFile:\s+(\d+)", text)[1]) / 1024

  source = map_array(saved(tmp_path, np.ones((2**16, 256), np.float32)))
  before = mapped()
  for start in range(0, len(source), 2**12):
    assert source.rows(start, start + 2**12).all()
  assert mapped() - before < 16  # of 64 MB
  assert source.array.sum() == 2**24
  assert mapped() - before > 32


def test_an_archive_that_is_not_aligned(tmp_path):
  content = io.BytesIO()
  np.save(content, _ROWS)
  with zipfile.ZipFile(tmp_path / "x.npz", "w") as file:
    file.writestr("odd", b"1")
    file.writestr("a.npy", content.getvalue())
  source = map_array(tmp_path / "x.npz", "a")
  np.testing.assert_array_equal(source.rows(0, 20), _ROWS)
