import numpy as np
import pytest

from alx.data.dataset import DataError, Dataset
from alx.data.merge import merge_classes


def dataset(task="segmentation"):
  label = np.array([[0, 1], [2, 3]], np.uint8)
  return Dataset(
    name="small",
    task=task,
    ids=("a",),
    images=(np.zeros((2, 2, 1), np.float32),),
    labels=(label,),
    class_names=("background", "edema", "core", "enhancing"),
    spacing_mm=(None,),
    groups=None,
    split=None,
    left_out=(),
  )


@pytest.mark.parametrize(
  ("names", "wanted"),
  [((), [[0, 1], [1, 1]]), (("core", "enhancing"), [[0, 0], [1, 1]])],
)
def test_classes_become_one(names, wanted):
  found = merge_classes(dataset(), names)
  np.testing.assert_array_equal(found.labels[0], wanted)
  assert found.labels[0].dtype == np.uint8
  assert found.class_names == ("background", "foreground")


def test_refuses_a_class_that_is_not_there():
  with pytest.raises(DataError, match="edema, core, enhancing, found 'tumour'"):
    merge_classes(dataset(), ("tumour",))
  with pytest.raises(DataError, match="'background'"):
    merge_classes(dataset(), ("background",))


def test_refuses_a_classification():
  with pytest.raises(DataError, match="a segmentation to merge"):
    merge_classes(dataset("classification"))
