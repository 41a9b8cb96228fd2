"""Every arm runs, as the public code has it; what does not fit is refused."""

import numpy as np
import pytest

from alx.runs.disk import store
from experiments.kim import failures, presets, study
from experiments.kim.found import read_found
from experiments.kim.settings import ARMS
from tests.kim_runs import CONSOLE, tiny, write_squares


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
  """All arms of the code, nothing trained yet."""
  folder = tmp_path_factory.mktemp("code")
  changes = {"query": 2, "dropout_evaluation": "mc_mean", "prediction": "whole"}
  kim = tiny(write_squares(folder), "code", acquisition=ARMS, **changes)
  return study.prepare(kim, folder / "run", CONSOLE)


@pytest.mark.parametrize("name", ARMS)
def test_every_arm_runs_as_the_code_has_it(ready, name):
  study.train(ready._replace(loops={name: ready.loops[name]}), CONSOLE)
  folder = ready.workdir / "runs" / f"{name}-seed0"
  picks = store.read_rows(folder / "picks.csv")
  assert len({row["id"] for row in picks}) == len(picks) == 2 + 2
  curve = store.read_rows(folder / "curve.csv")
  assert [row["labels"] for row in curve] == ["2", "4"]
  assert all(0 <= float(row["dice"]) <= 1 for row in curve)
  scored = name in ("margins", "bootstrapping") or name.startswith("dropout")
  known = [np.isfinite(float(row["score"])) for row in picks[2:]]
  assert all(known) if scored else not any(known)
  members = {row["member"] for row in store.read_rows(folder / "epochs.csv")}
  assert members == ({"0", "1"} if name == "bootstrapping" else {"0"})


@pytest.mark.slow
def test_volumes_of_the_phantom_through_two_levels(tmp_path):
  """Windows in three dimensions, stretched, turned, pooled and put back."""
  kim = presets.make_settings(
    "paper",
    "smoke",
    data="phantom",
    acquisition=("random",),
    phantom_items=8,
    start=2,
    query=1,
    rounds=1,
    epochs=2,
    least_steps=2,
    patch=(8, 8, 8),
    blocks_down=(1, 1),
    blocks_up=(1,),
  )
  assert kim.widths == (4, 8) and kim.stretch == (0.85, 1.2)
  ready = study.prepare(kim, tmp_path / "run", CONSOLE)
  study.train(ready, CONSOLE)
  found = read_found(ready.workdir)
  assert found.arms[0].labels.tolist() == [2, 3]
  assert found.arms[0].dice.shape == (1, 2, 2) and found.num_pool == 6
  assert ((found.arms[0].dice >= 0) & (found.arms[0].dice <= 1)).all()


def test_the_draft_that_is_shown_is_the_one_that_was_tested(ready):
  """The Dice of the mean of passes, beside the draft of that mean."""
  name = "dropout_train_test"
  loops = {name: ready.loops[name]}
  study.train(ready._replace(loops=loops), CONSOLE)
  arm = next(a for a in read_found(ready.workdir).arms if a.name == name)
  places = list(range(arm.dice.shape[-1]))
  draft = failures.draft_of(ready, arm, places).argmax(-1) == 1
  problem = ready.problems["dropout"]
  truth = np.stack([problem.dataset.labels[i] for i in problem.split.test]) == 1
  both, each = (
    (draft & truth).sum((1, 2)),
    (draft.sum((1, 2)), truth.sum((1, 2))),
  )
  with np.errstate(invalid="ignore"):
    dice = 2 * both / sum(each)
  np.testing.assert_allclose(dice, arm.dice[0, -1], rtol=1e-5)


@pytest.mark.parametrize(
  ("changes", "message"),
  [
    ({"patch": (8, 8, 8)}, "wanted a patch of 2 multiples of 1"),
    ({"data": "nowhere"}, "nowhere: wanted a folder"),
    ({"query": 30}, "but the pool holds"),
    ({"target": ("tumour",)}, "one of its classes class 1, found 'tumour'"),
    ({"channels": ("t2",)}, "wanted different channels of 0 to 0, found t2"),
  ],
)
def test_settings_that_do_not_fit_the_data(changes, message, tmp_path):
  kim = tiny(**{"data": write_squares(tmp_path)} | changes)
  with pytest.raises(ValueError, match=message):
    study.prepare(kim, tmp_path / "run", CONSOLE)


def test_no_more_of_a_patient_than_is_said(tmp_path):
  given = {"acquisition": ("random",), "query": 2, "max_per_group": 1}
  data = write_squares(tmp_path)
  with pytest.raises(ValueError, match="max_per_group=1 wants to know"):
    study.prepare(tiny(data, "code", **given), tmp_path / "no", CONSOLE)
  kim = tiny(data, "code", patient=r"(\d)$", **given)
  ready = study.prepare(kim, tmp_path / "run", CONSOLE)
  assert ready.config.max_per_group == 1
