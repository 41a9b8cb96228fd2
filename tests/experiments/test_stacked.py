import numpy as np
import pytest
from absl import app

from alx.data.volumes import nifti
from experiments import stacked


def slices(numbers=(1, 0, 0, 1, 2)):
  """Two patients, of parts 0 and 2, and slices whose pixels are their row."""
  rows = np.arange(5, dtype=np.uint8)
  return {
    "images": np.broadcast_to(rows[:, None, None], (5, 4, 6)).copy(),
    "labels": np.zeros((5, 4, 6), np.uint8),
    "patient": np.array([7, 7, 9, 9, 9]),
    "slice": np.array(numbers),
    "split": np.array([0, 0, 2, 2, 2]),
    "frame": np.array([1, 1, 1, 1, 1]),
  }


def test_slices_are_stacked_in_order(tmp_path):
  stacked.write(tmp_path, slices(), every=2)
  volume = nifti.read(tmp_path / "imagesTr" / "patient007.nii.gz").array
  assert volume.shape == (2, 3, 2)
  assert volume[0, 0].tolist() == [1, 0]
  other = nifti.read(tmp_path / "imagesTs" / "patient009.nii.gz").array
  assert other[0, 0].tolist() == [2, 3, 4]
  assert (tmp_path / "labelsTs" / "patient009.nii.gz").exists()


def test_a_gap_is_refused(tmp_path):
  arrays = slices((1, 0, 0, 1, 3))
  with pytest.raises(app.UsageError, match="patient 9 has the slices 0, 1, 3"):
    stacked.write(tmp_path, arrays, every=1)


def test_rows_of_one_frame():
  arrays = slices()
  arrays["frame"][3:] = 2
  found = stacked.chosen(arrays, "frame=2")
  assert found["slice"].tolist() == [1, 2]
  with pytest.raises(app.UsageError, match="no slice has frame=5"):
    stacked.chosen(arrays, "frame=5")
  with pytest.raises(app.UsageError, match="no array phase; there are"):
    stacked.chosen(arrays, "phase=1")
