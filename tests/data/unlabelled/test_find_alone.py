import numpy as np
import pytest

from alx.data import DataError
from alx.data.unlabelled.case import Wanted
from alx.data.unlabelled.find import find
from tests import picture_cases
from tests.public_cases.volumes import IMAGE, write

WANTED = Wanted(axes=3, channels=1, is_bytes=False)


def kind(path):
  return find(path, WANTED, path / "out").suffix


def test_what_a_path_holds(tmp_path):
  write(tmp_path / "v/a.nii.gz", IMAGE)
  picture_cases.picture(tmp_path / "p/a.png")
  picture_cases.picture(tmp_path / "v/a.png")
  np.savez(tmp_path / "d.npz", images=IMAGE[None])
  assert kind(tmp_path / "v") == ".nii.gz"
  assert kind(tmp_path / "p") == ".png"
  assert kind(tmp_path / "d.npz") == ".nii.gz"


def test_nothing_to_predict(tmp_path):
  (tmp_path / "empty").mkdir()
  (tmp_path / "texts").mkdir()
  (tmp_path / "texts/a.txt").write_text("", "utf-8")
  for name, told in (
    ("empty", "found an empty folder"),
    ("texts", r"found a folder with \['a.txt'\]: 1 .txt"),
    ("none", "found nothing"),
    ("texts/a.txt", "found a file of another kind"),
  ):
    with pytest.raises(DataError, match=told):
      kind(tmp_path / name)


def test_where_is_for_arrays(tmp_path):
  write(tmp_path / "a.nii.gz", IMAGE)
  with pytest.raises(DataError, match=r"wanted an \.npz file to use where on"):
    find(tmp_path, WANTED, tmp_path / "out", "frame=1")
