import dataclasses
import pathlib

import numpy as np
import pytest

from alx.runs import batch, compare
from alx.runs.disk import store
from alx.runs.disk.checkpoint import Checkpoints
from alx.runs.problem import predictions
from alx.runs.problem.loops import loop_for
from alx.runs.settings.config import Config
from alx.runs.use import trained
from tests.comparisons import CONSOLE, prepare

CONFIG = Config(
  acquisition=("entropy", "badge"),
  seeds=3,
  start=4,
  query=3,
  rounds=2,
  steps=10,
  test_items=10,
  full=False,
)


@pytest.fixture(scope="module")
def embeddings(tmp_path_factory):
  """40 items of two classes that a line can tell apart, more or less."""
  rng = np.random.default_rng(0)
  labels = np.arange(40) % 2
  rows = rng.standard_normal((40, 5)) + 1.5 * labels[:, None]
  path = tmp_path_factory.mktemp("data") / "e.npz"
  np.savez(path, features=rows, labels=labels)
  return path


def run(embeddings, workdir, **changes):
  config = dataclasses.replace(CONFIG, data=str(embeddings), **changes)
  compare.train(prepare(config, workdir), CONSOLE)
  return tables(workdir)


def tables(workdir: pathlib.Path):
  return {
    str(path.relative_to(workdir)): path.read_text()
    for name in ("curve.csv", "picks.csv")
    for path in sorted(workdir.glob(f"runs/*/{name}"))
  }


def picks(tables):
  """Round, rank and id without the score, which rounding may change."""
  return {
    name: [line.rsplit(",", 1)[0] for line in text.splitlines()]
    for name, text in tables.items()
    if name.endswith("picks.csv")
  }


@pytest.fixture(scope="module")
def together(embeddings, tmp_path_factory):
  workdir = tmp_path_factory.mktemp("work")
  return workdir, run(embeddings, workdir)


@pytest.mark.slow
def test_seeds_together_pick_what_each_picks_alone(
  embeddings, together, tmp_path, monkeypatch
):
  monkeypatch.setattr(batch, "pays_off", lambda *_: False)
  alone = run(embeddings, tmp_path)
  assert not (tmp_path / "batches").exists()
  workdir, both = together
  assert (workdir / "batches" / "badge-seeds0-2").is_dir()
  assert picks(alone) == picks(both) and len(picks(both)) == 6


def test_the_model_of_each_seed_can_be_taken_out(embeddings, together):
  workdir, _ = together
  config = dataclasses.replace(CONFIG, data=str(embeddings))
  work = prepare(config, workdir).problem
  for seed in range(3):
    found = trained.load(workdir, "badge", seed)
    assert found.choice.told().startswith(f"model: badge, seed {seed}, round 2")
    predicted = predictions.predict_test(work, found.params)
    row = store.read_rows(workdir / f"runs/badge-seed{seed}/curve.csv")[-1]
    score = predictions.metrics_of(work, predicted)["auc"]
    assert float(row["auc"]) == pytest.approx(score, rel=1e-6)


def test_a_stopped_batch_ends_the_same(
  embeddings, together, tmp_path, monkeypatch
):
  saves, save = [], Checkpoints.save
  written, append = [], store.append_rows

  def note(path, rows):
    written.append(path.name)
    append(path, rows)

  def stop_at_the_fifth(self, step, tree):
    saves.append(step)
    if len(saves) == 5:  # badge, round 1: its tables are written already
      raise KeyboardInterrupt
    save(self, step, tree)

  monkeypatch.setattr(store, "append_rows", note)
  monkeypatch.setattr(Checkpoints, "save", stop_at_the_fifth)
  with pytest.raises(KeyboardInterrupt):
    run(embeddings, tmp_path)
  assert saves == [1, 2, 3, 1, 2]
  assert written[3:6] == ["times.csv", "cases.csv", "curve.csv"]
  monkeypatch.undo()
  assert run(embeddings, tmp_path) == together[1]


def test_more_seeds_and_more_rounds_go_on_from_what_is_there(
  embeddings, tmp_path
):
  only = {"acquisition": ("entropy",)}
  before = run(embeddings, tmp_path, seeds=2, rounds=1, **only)
  after = run(embeddings, tmp_path, seeds=4, rounds=2, **only)
  names = sorted(p.name for p in (tmp_path / "batches").iterdir())
  assert names == ["entropy-seeds0-1", "entropy-seeds2-3"]
  assert len(after) == 8
  assert all(after[name].startswith(text) for name, text in before.items())


def test_what_was_finished_together_is_kept_for_fewer_seeds(
  embeddings, tmp_path
):
  only = {"acquisition": ("entropy",), "rounds": 1}
  before = run(embeddings, tmp_path, seeds=2, **only)
  assert run(embeddings, tmp_path, seeds=1, **only) == before
  assert not list(tmp_path.glob("runs/*/checkpoints"))


@pytest.mark.parametrize("seeds", [1, 2])
def test_each_arm_predicts_with_the_model_that_all_share(
  embeddings, tmp_path, seeds
):
  run(embeddings, tmp_path, seeds=seeds, rounds=0)
  found = sorted(tmp_path.glob("runs/*/predictions.csv"))
  assert len(found) == 2 * seeds
  assert len({path.read_text() for path in found}) == seeds


def test_what_was_begun_alone_goes_on_alone(embeddings, tmp_path):
  only = {"acquisition": ("entropy",)}
  run(embeddings, tmp_path, seeds=1, **only)  # one seed is no batch
  run(embeddings, tmp_path, seeds=3, **only)
  names = sorted(p.name for p in (tmp_path / "batches").iterdir())
  assert names == ["entropy-seeds1-2"]


@pytest.mark.slow
@pytest.mark.parametrize("ensemble", ["bootstrap", "snapshots"])
def test_members_are_samples_too(embeddings, together, tmp_path, ensemble):
  only = {"acquisition": ("bald",), "rounds": 1, "members": 2}
  found = run(embeddings, tmp_path, ensemble=ensemble, **only)
  assert len(found) == 6 and not set(found.values()) & set(together[1].values())


def test_all_acquisitions_train_with_one_program(embeddings, tmp_path):
  config = dataclasses.replace(CONFIG, data=str(embeddings))
  ready = prepare(config, tmp_path)
  loops = [
    loop_for(ready.problem, ready.config, name) for name in config.acquisition
  ]
  first = batch.programs_of(ready.problem, loops[0], None, ready.config)
  second = batch.programs_of(ready.problem, loops[1], first, ready.config)
  assert second.tell is first.tell and second.test is first.test
  assert second.ask is not first.ask
