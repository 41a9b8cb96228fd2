import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data.arrays.mapped import map_array
from alx.data.sources.source import ArraySource, ListSource
from alx.loop import upload
from alx.loop.upload import to_device


@pytest.mark.parametrize("block", [1, 3, 10, 64])
def test_all_rows_in_order(tmp_path, block):
  rows = np.random.default_rng(0).normal(size=(10, 4)).astype(np.float32)
  np.save(tmp_path / "x.npy", rows)
  found = to_device(map_array(tmp_path / "x.npy"), block=block)
  assert isinstance(found, jax.Array)
  np.testing.assert_array_equal(found, rows)


def test_all_blocks_have_one_shape():
  """So that one program writes them all."""
  asked = []

  class Watched(ArraySource):
    def rows(self, start, stop):
      asked.append(len(super().rows(start, stop)))
      return super().rows(start, stop)

  assert to_device(Watched(np.arange(10)), block=4).tolist() == [*range(10)]
  assert asked == [1, 4, 4, 4]  # the first tells the type


def test_types_are_those_jax_would_make():
  arrays = {
    "double": np.arange(5.0),
    "long": np.arange(5),
    "half": np.arange(5, dtype=np.float16),
    "mask": np.arange(5) > 2,
  }
  found = to_device(ArraySource(arrays), block=2)
  for name, array in arrays.items():
    wanted = jnp.asarray(array)
    assert found[name].dtype == wanted.dtype, name
    np.testing.assert_array_equal(found[name], wanted)


def test_rows_are_written_in_place():
  """No block makes a copy of the whole."""
  whole = jnp.zeros((6, 2))
  place = whole.unsafe_buffer_pointer()
  for start in (0, 3):
    rows = np.full((3, 2), start, np.float32)
    whole = upload._put(whole, rows, np.int32(start))
    assert whole.unsafe_buffer_pointer() == place
  assert whole[:, 0].tolist() == [0, 0, 0, 3, 3, 3]


@pytest.mark.parametrize(
  ("source", "found"),
  [
    (ListSource([np.zeros(3)]), "found ListSource of 1 items"),
    (ArraySource(np.zeros((0, 3))), "found ArraySource of 0 items"),
  ],
)
def test_refuses_what_has_no_rows(source, found):
  with pytest.raises(ValueError, match=found):
    to_device(source)
