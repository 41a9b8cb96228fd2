import numpy as np

from alx.data.sources.part import Part, shapes_of


class Stored:
  """Arrays that are read one by one, of known shapes."""

  def __init__(self, arrays):
    self._arrays, self.shapes = arrays, [x.shape for x in arrays]
    self.read = []

  def __len__(self):
    return len(self._arrays)

  def __getitem__(self, i):
    self.read.append(i)
    return self._arrays[i]


ARRAYS = [np.zeros((n, 2)) for n in (3, 4, 5)]


def test_shapes_of_a_source_are_known_without_reading():
  source = Stored(ARRAYS)
  assert shapes_of(source, [2, 0]) == shapes_of(ARRAYS, [2, 0])
  assert shapes_of(source, [2, 0]) == [(5, 2), (3, 2)]
  assert not source.read


def test_a_part_reads_what_is_asked_for():
  source = Stored(ARRAYS)
  part = Part(source, np.array([2, 1]))
  assert (len(part), part.shapes, source.read) == (2, [(5, 2), (4, 2)], [])
  assert len(part[1]) == 4
  assert [len(x) for x in part] == [5, 4]
  assert source.read == [1, 2, 1]
