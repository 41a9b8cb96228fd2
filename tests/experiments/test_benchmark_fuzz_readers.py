import collections

import numpy as np
import pytest

from alx import data
from alx.data.dataset import DataError
from experiments.benchmarks import fuzz_cases, fuzz_damage, fuzz_readers


def test_some_inputs_have_one_of_two_outcomes():
  found = [fuzz_readers.outcome_of(1, number) for number in range(300)]
  faults = [words for _, outcome, words in found if outcome == "FAULT"]
  assert not faults, faults[0]
  counts = collections.Counter(outcome for _, outcome, _ in found)
  assert min(counts["read"], counts["refused"]) > 30
  assert len({kind.split(",")[0] for kind, _, _ in found}) == 8


@pytest.mark.parametrize(
  ("error", "outcome"),
  [
    (DataError("a.npz: wanted images, found none"), "refused"),
    (DataError("two\nlines"), "FAULT"),
    (KeyError("images"), "FAULT"),
  ],
)
def test_what_is_no_line_is_a_fault(monkeypatch, error, outcome):
  def load(_):
    raise error

  monkeypatch.setattr(data, "load", load)
  assert fuzz_readers.outcome_of(0, 0)[1] == outcome


def test_parts_that_do_not_fit_are_a_fault(monkeypatch):
  image, label = np.zeros((2, 2, 1), np.float32), np.zeros((2, 2), np.uint8)
  good = data.Dataset(
    *("a", "segmentation", ("i",), (image,), (label,), ("b", "f"), (None,)),
    groups=None,
    split=None,
    left_out=(),
  )
  fuzz_readers.check(good)
  for bad in (
    good._replace(labels=(label + 2,)),
    good._replace(labels=(label[:1],)),
    good._replace(images=(image + np.nan,)),
    good._replace(ids=("i", "i")),
    good._replace(class_names=("b", "b")),
    good._replace(left_out=("two\nlines",)),
  ):
    monkeypatch.setattr(data, "load", lambda _, bad=bad: bad)
    assert fuzz_readers.outcome_of(0, 0)[1] == "FAULT"


def test_inputs_and_their_harm_come_again(tmp_path):
  for folder in ("a", "b"):
    rng = np.random.default_rng(3)
    (tmp_path / folder).mkdir()
    kind, path = fuzz_cases.make(rng, tmp_path / folder)
    assert fuzz_damage.harm(rng, path) is not None
  one, two = (
    {p.relative_to(tmp_path / n): p.stat().st_size for p in files(tmp_path / n)}
    for n in "ab"
  )
  assert one == two and kind


def files(folder):
  return [p for p in folder.rglob("*") if p.is_file()]
