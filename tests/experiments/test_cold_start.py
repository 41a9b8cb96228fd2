"""The cold-start command, and whole studies in which everything is trained."""

import pytest

from alx.runs.disk import store
from experiments.cold import report, study
from experiments.cold.plan import NO_ENCODER
from experiments.finished import path_of
from tests.cold_cases import QUIET, found, prepare, write_classes
from tests.command_line import errors_of


def test_wrong_flags_and_damaged_features_are_one_line_and_code_2(tmp_path):
  data, workdir = write_classes(tmp_path), tmp_path / "work"
  for row in prepare(data, workdir).rows:
    if row.encoder == NO_ENCODER:  # done, so that nothing is trained
      store.write_json(path_of(workdir, row), {})
  store.write_bytes(workdir / "features/pca.npz", b"PK cut")
  arguments = f"--data={data}", f"--workdir={workdir}", "--size=smoke"
  flag, damaged = errors_of(
    "experiments.cold_start", ["--data=none.npz"], arguments
  )
  assert "wanted --data=PATH and --workdir=DIR" in flag
  assert "pca.npz: wanted an .npy [N, D] or an .npz" in damaged


ONE_OF_EACH = {
  "methods": ("k_center",),
  "budgets": (2,),
  "seeds": 1,
  "draws": 1,
}


@pytest.mark.slow
@pytest.mark.parametrize(
  "kind", ["pictures", pytest.param("volumes", marks=pytest.mark.slow)]
)
def test_from_an_encoder_to_the_page(kind, tmp_path):
  data, encoder, metric = "phantom", "pca", "dice"
  fields = ["phantom_items=8", "widths=4"]
  if kind == "pictures":
    data, encoder, metric = write_classes(tmp_path), "autoencoder", "auc"
    fields = ["widths=4"]
  asked = ONE_OF_EACH | {"encoders": (encoder,)}
  whole = prepare(data, tmp_path / "work", asked, fields)
  features = study.run_all(whole, QUIET)
  page = report.write(whole.ready, whole.plan, features, QUIET)
  records = found(whole.ready.workdir, whole.rows)
  names = [(r["encoder"], r["method"], r["labels"]) for r in records]
  assert names[0] == ("none", "random", 2)
  assert (encoder, "k_center", 2) in names and names[-1][1] == "full"
  assert all(0 <= record[metric] <= 1 for record in records)
  assert "Failure cases" in page.read_text()
