"""Every array of an .npz is used, told or refused: patients above all."""

import re

import numpy as np
import pytest

from alx import data

_IMAGES = np.arange(6 * 5 * 4, dtype=np.uint8).reshape(6, 5, 4)
_PATIENT = np.array([1, 1, 2, 2, 3, 3])
_WORDS = np.array(["train"] * 4 + ["test"] * 2)


def _load(folder, where="", labels=(0, 1) * 3, **arrays):
  np.savez(folder / "set.npz", images=_IMAGES, labels=labels, **arrays)
  return data.load(folder / "set.npz", where=where)


@pytest.mark.parametrize(
  "name", ["patient_id", "PatientID", "subject", "Subject_ID", "Patient"]
)
def test_other_names_of_the_patient(tmp_path, name):
  found = _load(tmp_path, **{name: _PATIENT})
  assert found.groups == tuple("112233") and found.notes == ()


@pytest.mark.parametrize(
  "name",
  [
    *("patients", "pid", "case", "groups", "volume", "study_uid", "lesion_id"),
    *("subjects", "scan", "series", "participant", "pat_id"),
  ],
)
def test_what_may_be_the_patient(tmp_path, name):
  line = (
    "set.npz: wanted the patient of each item in an array patient, found an "
    f"array {name} of 3 different values (call it patient if it is that, else "
    f"leave it out; where={name}=1 would choose by it)"
  )
  with pytest.raises(data.DataError, match=re.escape(line)):
    _load(tmp_path, **{name: _PATIENT})
  assert len(_load(tmp_path, f"{name}=1", **{name: _PATIENT}).ids) == 2
  (note,) = _load(tmp_path, patient=_PATIENT, **{name: _PATIENT}).notes
  assert note.endswith(
    f"arrays not used: {name}; where={name}=... would choose by them"
  )


def test_what_parts_no_items_is_harmless(tmp_path):
  """As many cases as items, one study, or volumes in millilitres."""
  for values in (np.arange(6), np.ones(6), _PATIENT + 0.25):
    (note,) = _load(tmp_path, volume=values).notes
    assert "arrays not used: volume" in note


@pytest.mark.parametrize("name", ["splits", "partition", "subset", "set"])
def test_train_and_test_in_words(tmp_path, name):
  found = _load(tmp_path, **{name: _WORDS})
  assert found.split.tolist() == [0, 0, 0, 0, 2, 2] and found.notes == ()


@pytest.mark.parametrize(
  ("name", "values"),
  [
    *((name, _PATIENT) for name in ("fold", "folds", "cv_fold", "set")),
    *((name, _PATIENT > 2) for name in ("is_test", "train_mask", "splits")),
    *((name, np.array([4, 5])) for name in ("test_idx", "val_indices")),
  ],
)
def test_what_may_be_the_parts(tmp_path, name, values):
  line = f"train, val or test, in an array split, found an array {name} of"
  with pytest.raises(data.DataError, match=line):
    _load(tmp_path, **{name: values})
  (note,) = _load(tmp_path, split=_WORDS, **{name: values}).notes
  assert f"arrays not used: {name}" in note


def test_all_others_are_one_line(tmp_path):
  arrays = {"age": np.arange(6), "masks": _IMAGES, "sex": np.array([*"mfmfmf"])}
  found = _load(tmp_path, spacing=np.ones(2), names=np.array(["a"]), **arrays)
  assert found.notes == (
    f"{tmp_path}/set.npz: arrays not used: spacing (spacing_mm is read), names "
    "(class_names is read), age, masks, sex; where=age=... would choose by "
    "them",
  )
  found = _load(tmp_path, "sex=m", sex=arrays["sex"])
  assert len(found.ids) == 3 and found.notes == ()


def test_parts_of_an_id_are_used(tmp_path):
  arrays = {"patient": _PATIENT, "frame": np.array([1, 2] * 3)}
  assert _load(tmp_path, **arrays).notes == ()
  (note,) = _load(tmp_path, ids=np.arange(6), **arrays).notes
  assert "not used: frame;" in note


def test_two_spellings_of_one_name(tmp_path):
  with pytest.raises(data.DataError, match="subject and patient_id, with"):
    _load(tmp_path, subject=_PATIENT, patient_id=np.arange(6))


@pytest.mark.parametrize(
  "words", [["Train", "TEST"], ["training", "testing"], ["train", "validation"]]
)
def test_words_for_the_parts(tmp_path, words):
  split = np.repeat(words, [4, 2])
  part = 1 if words[1] == "validation" else 2
  found = _load(tmp_path, split=split).split.tolist()
  assert found[:4] == [0] * 4 and found[4:] in ([part] * 2, [2, 2])


def test_classes_in_words(tmp_path):
  words = np.array([b"malignant", b"benign"] * 3)
  found = _load(tmp_path, labels=words)
  assert found.class_names == ("benign", "malignant")
  assert [int(x) for x in found.labels] == [1, 0] * 3
  names = np.array(["malignant", "benign", "unsure"])
  found = _load(tmp_path, labels=words.astype(str), class_names=names)
  assert found.class_names == ("malignant", "benign", "unsure")
  assert [int(x) for x in found.labels] == [0, 1] * 3
  found = _load(tmp_path, labels=np.array([*"010203"]))
  assert found.class_names == ("class 0", "class 1", "class 2", "class 3")


@pytest.mark.parametrize(
  ("labels", "names", "line"),
  [
    (["a", "b", ""] * 2, None, "wanted a label, found 'nothing'"),
    (["a", "b", "1"] * 2, None, "all numbers or all names of classes"),
    (["a", "b", "c"] * 2, ["a", "b"], "class_names, ['a', 'b'], found ['c']"),
    ([1, 2] * 3, ["a", "b"], "as there are 2 names, found [1, 2] (give labels"),
    (_IMAGES % 2, ["x"], "begin with that of label 0, the background: ['x']"),
    (_IMAGES % 2 + 1, ["x", "y"], "the background: ['x', 'y']"),
    (_IMAGES % 2 * 255, ["x", "y"], "[1].reshape(labels.shape))"),
    (_IMAGES % 2, ["x", "background"], "found 'background' as label 1, 'x' as"),
  ],
)
def test_classes_without_their_names(tmp_path, labels, names, line):
  more = {} if names is None else {"class_names": np.array(names)}
  with pytest.raises(data.DataError, match=re.escape(line)):
    _load(tmp_path, labels=np.array(labels), **more)


@pytest.mark.parametrize("spacing", [[1.0, 2.0, 3.0], [[1.0, 2.0, 3.0]] * 6])
def test_a_spacing_of_more_axes_than_there_are(tmp_path, spacing):
  with pytest.raises(data.DataError, match=r"of shape \[2\] or \[6, 2\], .*3"):
    _load(tmp_path, spacing_mm=np.array(spacing))


def test_a_patient_in_several_parts(tmp_path):
  patient = np.array([1, 1, 2, 2, 3, 1])
  (note,) = _load(tmp_path, patient=patient, split=_WORDS).notes
  assert note == (
    f"{tmp_path}/set.npz: 1 groups are in several parts of the split that the "
    "data give, such as 1"
  )
  assert _load(tmp_path, patient=_PATIENT, split=_WORDS).notes == ()


def test_names_and_values_in_any_letters(tmp_path):
  part = np.array(["\u00e9".encode()] * 6)
  more = {"pati\u00ebnt": np.arange(6), "part": part, "sets": part[:0]}
  (note,) = _load(tmp_path, dataset=np.array("test"), **more).notes
  assert "not used: dataset, pati\u00ebnt, part, sets; where=pati" in note


def test_more_than_four_channels_are_told(tmp_path):
  """Hyperspectral pictures would be volumes; a spacing of three says so."""
  images = np.ones((2, 9, 9, 6))
  arrays = {"images": images, "labels": np.arange(2)}
  np.savez(tmp_path / "a.npz", **arrays)
  np.savez(tmp_path / "b.npz", spacing_mm=np.ones(3), **arrays)
  (note,) = data.load(tmp_path / "a.npz").notes
  assert "a.npz: images (2, 9, 9, 6) are read as volumes of 9x9x6" in note
  assert data.load(tmp_path / "b.npz").notes == ()
