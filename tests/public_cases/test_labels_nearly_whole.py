"""Labels that a float or a slope has moved: fepegar/torchio#220,
MIC-DKFZ/nnUNet#2868.
"""

import numpy as np
import pytest

from alx import data
from tests.public_cases.volumes import IMAGE, patch, write_case

_MAP = np.arange(24).reshape(2, 3, 4) % 2


def test_rounding_errors_are_rounded_and_told(tmp_path):
  label = (_MAP * 0.99999994).astype(np.float32)
  write_case(tmp_path, "a", label=label)
  found = data.load(tmp_path)
  np.testing.assert_array_equal(found.labels[0], _MAP)
  assert found.notes == (
    f"{tmp_path}: 1 of 1 cases have labels that are not quite whole numbers, "
    "they are rounded; first a.nii.gz: labels such as 0.99999994",
  )


def test_0_and_255_with_a_slope(tmp_path):
  write_case(tmp_path, "a", label=255 * _MAP)
  patch(tmp_path / "labelsTr/a.nii.gz", slope=1 / 255)
  found = data.load(tmp_path)
  np.testing.assert_array_equal(found.labels[0], _MAP)
  assert found.class_names == ("background", "class 1")


@pytest.mark.parametrize(
  ("value", "told"), [(0.998, "0.998"), (1.002, "1.002"), (0.5, "0.5")]
)
def test_others_are_told_as_they_are(tmp_path, value, told):
  write_case(tmp_path, "a", label=(_MAP * value).astype(np.float32))
  with pytest.raises(data.DataError, match=rf"0\.\.65535, found {told}$"):
    data.load(tmp_path)


@pytest.mark.parametrize("labels", [_MAP, np.arange(2)])
def test_in_an_npz(tmp_path, labels):
  path = tmp_path / "set.npz"
  np.savez(path, images=IMAGE, labels=(labels * 0.99999994).astype(np.float32))
  found = data.load(path)
  np.testing.assert_array_equal(np.stack(found.labels), labels)
  assert found.notes == (
    f"{path}, labels: rounded to whole numbers, for example 0.99999994",
  )
