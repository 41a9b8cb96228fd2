import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data.sources import digest


def test_texts_are_kept_apart():
  assert digest.of_texts(["ab", "c"]) != digest.of_texts(["a", "bc"])
  assert digest.of_texts(["a", "b"]) != digest.of_texts(["b", "a"])
  assert digest.of_texts(iter(["a", "b"])) == digest.of_texts(["a", "b"])


def test_a_file_by_its_bytes(tmp_path):
  for name, content in (("a", b"12" * 2**20), ("b", b"12" * 2**20), ("c", b"")):
    (tmp_path / name).write_bytes(content)
  a, b, c = (digest.of_file(tmp_path / name) for name in "abc")
  assert a == b != c


@pytest.mark.parametrize(
  "other",
  [
    {"w": np.arange(6.0)},
    {"w": np.arange(6, dtype=np.float32).reshape(2, 3)},
    {"v": np.arange(6, dtype=np.float32)},
    {"w": np.nextafter(np.arange(6, dtype=np.float32), 9)},
    {"w": np.arange(6, dtype=np.float32), "n": 1},
  ],
)
def test_names_types_shapes_and_bits_count(other):
  tree = {"w": np.arange(6, dtype=np.float32)}
  assert digest.of_tree(tree) != digest.of_tree(other)


def test_the_same_numbers_wherever_they_are():
  array = np.arange(12, dtype=np.float32).reshape(3, 4)
  assert digest.of_tree(array) == digest.of_tree(jnp.asarray(array))
  assert digest.of_tree(array.T) == digest.of_tree(array.T.copy())


def test_keys_numbers_texts_and_half_floats():
  def of(key, half, number, text):
    tree = [jax.random.key(key), jnp.full(2, half, jnp.bfloat16), number, text]
    return digest.of_tree(tree)

  one = of(0, 1.0, 2, "a")
  assert one == of(0, 1.0, 2, "a")
  others = {of(1, 1.0, 2, "a"), of(0, 2.0, 2, "a")}
  others |= {of(0, 1.0, 3, "a"), of(0, 1.0, 2, "b")}
  assert len(others - {one}) == 4


def test_a_function_has_no_digest():
  with pytest.raises(ValueError, match=r"\['f'\].*found function"):
    digest.of_tree({"f": digest.of_texts})
