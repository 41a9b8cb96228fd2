import json

import pytest

from alx.data.dataset import DataError
from alx.data.volumes.description import read_description


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
    None,
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
  "labels",
  [
    {"background": 0, "a": 1, "b": 2, "ignore": 3},
    {"0": "background", "1": "a", "2": "b", "3": "ignore"},
  ],
)
def test_the_ignore_label_is_no_class(tmp_path, labels):
  _write(tmp_path, labels=labels)
  description = read_description(tmp_path)
  assert description.values == (0, 1, 2)
  assert description.names == ("background", "a", "b")
  assert description.ignore == 3


@pytest.mark.parametrize(
  ("content", "found"),
  [
    ({"labels": {"background": 0, "whole": [1, 2]}}, "regions are not"),
    ({"labels": {"background": 0, "a": 1, "ignore": [2]}}, "regions are not"),
    ({"labels": {"ignore": 0, "a": 1}}, "not that of 0"),
    ({"labels": {"1": "a", "2": "ignore", "3": "ignore"}}, "one label called"),
    ({"labels": {"background": 0, "ignore": 1}}, "2..255 classes"),
    ({"labels": {"a": 1, "b": 1}}, "one name for each"),
    ({"labels": {"0": "n", "1": "a", "2": "a "}}, "'a' for 1 and 2"),
    ({"labels": {"background": 1, "a": 2}}, "'background' for 0 and 1"),
    ({"labels": {" ": 1}}, "a name for class 1, found ' '"),
    ({"labels": {"1": None}}, "a whole number for label '1'"),
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


@pytest.mark.parametrize(
  ("content", "found"),
  [
    (b"", "found an empty file"),
    (b" \n", "found an empty file"),
    (b'{"labels": {"0":', "found a file cut short: .*line 1 column 17"),
    (b'{"labels": 0,}', "found no JSON"),
    (b"[]", r"found \[\]"),
    (b"null", "found null"),
    (b"[" * 100000, "found RecursionError"),
    (b"\xff\xfe", "found UnicodeDecodeError"),
  ],
)
def test_what_is_no_json_object_is_told(tmp_path, content, found):
  (tmp_path / "dataset.json").write_bytes(content)
  with pytest.raises(DataError, match=f"a JSON object, {found}") as error:
    read_description(tmp_path)
  assert str(error.value).startswith(str(tmp_path / "dataset.json"))
  assert "mend it, or remove it" in str(error.value)


def test_a_name_with_two_values_is_told(tmp_path):
  text = '{"labels": {"liver": 1, "liver": 2}}'
  (tmp_path / "dataset.json").write_text(text)
  with pytest.raises(DataError, match="every name once, found 'liver' for 1"):
    read_description(tmp_path)


def test_names_that_differ_in_case_are_two(tmp_path):
  _write(tmp_path, labels={"0": "n", "1": "Ca", "2": " CA "})
  assert read_description(tmp_path).names == ("n", "Ca", "CA")


def test_a_byte_order_mark_is_passed_over(tmp_path):
  (tmp_path / "dataset.json").write_bytes(b'\xef\xbb\xbf{"name": "A"}')
  assert read_description(tmp_path).name == "A"
