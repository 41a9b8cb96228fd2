import numpy as np
import pytest

from alx import data


def test_text_paths_are_taken(tmp_path):
  path = tmp_path / "renamed.bin"
  with path.open("wb") as file:
    np.savez(file, images=np.ones((2, 4, 4)), labels=np.array([0, 1]))
  assert data.load(str(path)).ids == ("item_00000", "item_00001")


def test_what_is_not_recognised_is_told(tmp_path):
  (tmp_path / "empty").mkdir()
  (tmp_path / "notes.npz").write_text("not an archive")
  for name, found in (
    ("missing", "found nothing"),
    ("empty", "found an empty folder"),
    ("notes.npz", "found a file of another kind"),
    ("", r"found a folder with \['empty', 'notes.npz'\]"),
  ):
    with pytest.raises(data.DataError, match=found) as error:
      data.load(tmp_path / name)
    assert "imagesTr" in str(error.value)
    assert "MedMNIST" in str(error.value)


def test_where_is_for_single_files(tmp_path):
  (tmp_path / "imagesTr").mkdir()
  (tmp_path / "labelsTr").mkdir()
  with pytest.raises(data.DataError, match="where"):
    data.load(tmp_path, where="frame=1")


def test_a_folder_without_files(tmp_path):
  (tmp_path / "imagesTr").mkdir()
  (tmp_path / "labelsTr").mkdir()
  with pytest.raises(data.DataError, match="found no NIfTI files"):
    data.load(tmp_path)


@pytest.mark.parametrize(
  "setting", [{"image_size": -3}, {"spacing_from": "bogus"}]
)
def test_settings_of_no_meaning(tmp_path, setting):
  with pytest.raises(data.DataError, match=f"{next(iter(setting))}: wanted"):
    data.load(tmp_path, **setting)
