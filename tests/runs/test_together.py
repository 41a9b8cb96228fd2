"""Seeds that follow each other are one batch."""

from types import SimpleNamespace

from alx.runs.together import plan, stretches, with_companions


def test_consecutive_seeds_are_one_batch():
  assert stretches([0, 1, 2, 5, 7, 8]) == [
    range(0, 3),
    range(5, 6),
    range(7, 9),
  ]


def begun(root):
  """Seeds 0 to 2 of entropy together, 4 alone: (a job of it)."""
  (root / "batches/entropy-seeds0-2").mkdir(parents=True)
  (root / "runs/entropy-seed4/checkpoints").mkdir(parents=True)
  return SimpleNamespace(name="entropy", folder=root / "runs/entropy-seed0")


def test_what_was_begun_goes_on_as_it_is(tmp_path):
  job = begun(tmp_path)
  together, alone = plan(job, range(7))
  assert together == [range(3), range(3, 4), range(5, 7)] and alone == [4]
  together, alone = plan(job, range(2, 7), new=False)
  assert together == [range(3)] and alone == [3, 4, 5, 6]


def test_seeds_of_a_batch_are_worked_at_by_one_process(tmp_path):
  begun(tmp_path)
  parts = with_companions(tmp_path, ["entropy-seed2", "badge-seed0"])
  assert sorted(parts) == [
    "badge-seed0",
    *(f"entropy-seed{s}" for s in range(3)),
  ]
  assert with_companions(tmp_path, ["entropy-seed4"]) == ["entropy-seed4"]
