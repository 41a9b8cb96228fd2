"""The cold-start command."""

from experiments import store
from experiments.cold.plan import NO_ENCODER
from experiments.cold.rows import path_of
from tests.cold_cases import prepare, write_classes
from tests.commands import errors_of


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
