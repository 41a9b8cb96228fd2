import json

import pytest

from alx.data.dataset import DataError
from alx.data.description import read_description


def _write(folder, **content):
  (folder / "dataset.json").write_text(json.dumps(content))
  return folder


def test_without_the_file_the_folder_gives_the_name(tmp_path):
  description = read_description(tmp_path)
  assert description.name == tmp_path.name
  assert description.values == ()


def test_words_of_the_decathlon(tmp_path):
  _write(
    tmp_path,
    name="Heart",
    modality={"0": "T1", "1": "T2"},
    labels={"0": "background", "1": "atrium"},
    training=[{"image": "./imagesTr/a.nii.gz", "label": "./labelsTr/a.nii.gz"}],
  )
  assert read_description(tmp_path) == (
    "Heart",
    (0, 1),
    ("background", "atrium"),
    ("T1", "T2"),
    ("a",),
  )


def test_words_of_nnunet(tmp_path):
  _write(
    tmp_path,
    channel_names={"0": "CT"},
    labels={"background": 0, "liver": 1},
    numTraining=7,
    file_ending=".nii.gz",
  )
  description = read_description(tmp_path)
  assert description.names == ("background", "liver")
  assert description.channels == ("CT",)
  assert description.listed == ()


def test_gaps_are_kept_and_a_background_is_added(tmp_path):
  _write(tmp_path, labels={"4": "b", "2": "a"})
  description = read_description(tmp_path)
  assert description.values == (0, 2, 4)
  assert description.names == ("background", "a", "b")


@pytest.mark.parametrize(
  ("content", "found"),
  [
    ({"labels": {"background": 0, "whole": [1, 2]}}, "regions are not"),
    ({"labels": {"background": 0, "a": 1, "ignore": 2}}, "ignore label"),
    ({"labels": {"a": 1, "b": 1}}, "one name for each"),
    ({"labels": {"a": 1.5}}, "a whole number for label 'a'"),
    ({"labels": {"a": -1}}, "a whole number"),
    ({"labels": {"a": 70000}}, "up to 65535"),
    ({"labels": {"background": 0}}, "classes"),
    ({"labels": ["background", "a"]}, "as an object"),
    ({"file_ending": ".png"}, "file_ending"),
  ],
)
def test_what_makes_no_sense_is_told(tmp_path, content, found):
  with pytest.raises(DataError, match=found) as error:
    read_description(_write(tmp_path, **content))
  assert str(error.value).startswith(str(tmp_path / "dataset.json"))


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100000, b"\xff\xfe"])
def test_what_is_no_json_object_is_told(tmp_path, text):
  content = text if isinstance(text, bytes) else text.encode()
  (tmp_path / "dataset.json").write_bytes(content)
  with pytest.raises(DataError, match="a JSON object"):
    read_description(tmp_path)
