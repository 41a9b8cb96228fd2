import numpy as np
import pytest

from alx.runs import predict
from alx.runs.use import program
from tests import kept_models
from tests.kept_models import QUIET


@pytest.mark.parametrize(
  ("extents", "wanted"),
  [
    ((3, 9), (8, 12)),
    ((8, 8), (8, 8)),
    ((9, 12), (12, 12)),
    ((17, 1), (20, 8)),
  ],
)
def test_a_few_extents_hold_all_images(extents, wanted):
  assert program.extent_of(np.zeros((*extents, 1)), (8, 8)) == wanted


def test_a_name_has_a_number_that_is_one_of_int32():
  names = ["a", "b", "scan\udce4", *(f"item_{n:05d}" for n in range(97))]
  numbers = [program.number_of(name) for name in names]
  assert len(set(numbers)) == 100
  assert min(numbers) >= 0 and max(numbers) < 2**31
  # sha256("a") begins with ca978112
  assert numbers[0] == 0xCA978112 & 0x7FFFFFFF


@pytest.mark.parametrize("ensemble", ["", "deep"])
def test_mutual_information_of_dropout_and_of_an_ensemble(tmp_path, ensemble):
  kept_models.blobs(tmp_path / "d.npz")
  kept = kept_models.keep(
    tmp_path / "w",
    tmp_path / "d.npz",
    widths=(4,),
    dropout=0.0,
    ensemble=ensemble,
    members=2 if ensemble else 5,
  )
  data, out = kept.config.data, tmp_path / "o"
  found = predict(kept.workdir, data, out, uncertainty=True, console=QUIET)
  head = (found.out / "predictions.csv").read_text("utf-8").split("\n")[0]
  assert "entropy" in head
  assert ("mutual_information" in head) == bool(ensemble)
