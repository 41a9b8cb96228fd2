"""Which images of a folder become cases of one project."""

import nibabel
import numpy as np

from alx import projects
from tests.projects import small_projects as small
from tests.projects.label_files import SHAPE, image_of


def test_volumes_of_other_channels_are_left_out(tmp_path):
  data = small.volumes(tmp_path / "in", 3)
  several = image_of(np.ones((*SHAPE, 2), np.float32))
  nibabel.save(several, data / "scan_0.nii.gz")
  made = projects.begin(
    tmp_path / "project", projects.Settings(str(data), small.CLASSES)
  )
  (line,) = made.left_out
  assert line.endswith("channels as the other images have, 1, found 2")
  assert "scan_0.nii.gz" in line
  (told,) = made.project.state.left_out
  assert told["item"] == 1 and "scan" not in told["reason"]
  assert sorted(made.project.state.cases) == ["case_002", "case_003"]
  there = {p.name for p in (made.project.folder / "images").iterdir()}
  assert there == {"case_002_0000.nii.gz", "case_003_0000.nii.gz"}


def test_no_name_of_a_second_channel_is_in_the_log(tmp_path):
  for who in ("DOE_JOHN", "a", "b"):
    for channel in range(2):
      small.volumes(tmp_path / "in" / who, 1, f"t1_{channel:04d}")
  bad = tmp_path / "in/DOE_JOHN/t1_0001.nii.gz"
  bad.write_bytes(bad.read_bytes()[:90])
  made = small.begun(tmp_path)
  (line,) = made.left_out
  assert str(bad) in line
  (told,) = made.project.state.left_out
  assert told["reason"].startswith("the image: wanted an image of a project")
  small.names_nowhere(made.project.folder, "DOE")


def test_no_folder_with_two_blanks_is_in_the_log(tmp_path):
  for who in ("DOE  JOHN", "a"):
    small.volumes(tmp_path / "in" / who, 1, f"t1_{who[0]}")
  bad = tmp_path / "in/DOE  JOHN/t1_D.nii.gz"
  bad.write_bytes(bad.read_bytes()[:90])
  made = small.begun(tmp_path)
  assert len(made.left_out) == len(made.project.state.left_out) == 1
  small.names_nowhere(made.project.folder, "DOE")
