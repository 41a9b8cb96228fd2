import dataclasses
import functools
import weakref

import jax
import pytest

from alx.devices.parallel import over_passes
from alx.loop.pool_scan import describe_pool
from alx.runs import rounds
from alx.runs.disk import store
from alx.runs.disk.checkpoint import Checkpoints
from alx.runs.problem import problem as problems
from alx.runs.problem.job import Job
from alx.runs.streamed import rounds as streamed_rounds
from alx.runs.streamed.pool import Rows, make_problem, outline
from alx.training.learner import in_turn, sample_keys
from tests import streamed_cases

NUM_ITEMS = 15  # 12 in the pool
_VOLUME = 10 * 12 * 6 * 4  # bytes, filled up to the largest


@functools.cache
def problem_of(num_items=NUM_ITEMS):
  """(resolved settings, the problem): its programs are compiled once."""
  dataset = streamed_cases.dataset(num_items)
  config = dataclasses.replace(streamed_cases.CONFIG, flips_by_labels=True)
  config = problems.resolve(config, outline(dataset), False)
  learner = streamed_cases.threshold_learner()
  return config, make_problem(config, dataset, learner)


def job_of(folder, name="entropy", num_items=NUM_ITEMS, **changes):
  config, problem = problem_of(num_items)
  config = dataclasses.replace(config, **changes)
  return Job(problem, config, name, 0, folder, lambda *_: None)


def run(job, first=None, progress=None):
  loop = streamed_rounds.loop_for(job.problem, job.config, job.name)
  return streamed_rounds.run_rounds(job, loop, first, progress)


def tables(folder):
  names = ("curve.csv", "picks.csv", "cases.csv")
  return [(folder / name).read_text() for name in names]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
  job = job_of(tmp_path_factory.mktemp("whole") / "entropy")
  del job.problem.dataset.labels.read[:]
  first = run(job)
  return job, first, set(job.problem.dataset.labels.read)


def test_writes_what_every_run_writes(whole):
  job, first, _ = whole
  rows = store.read_rows(job.folder / "curve.csv")
  assert [row["labels"] for row in rows] == ["2", "4", "6"]
  assert first.row["round"] == 0
  assert set(store.read_rows(job.folder / "times.csv")[0]) == {
    "round",
    "seconds_score",
    "seconds_train",
    "seconds_test",
    "mirrored",
  }
  assert len(list(job.folder.glob("pictures/*.npz"))) == 2
  assert not (job.folder / "scan").exists()


def test_images_are_distorted_along_axes_that_labels_allow(whole, tmp_path):
  job = job_of(tmp_path / "k_center", "k_center", distort="all")
  run(job, whole[1])
  rows = store.read_rows(job.folder / "curve.csv")
  assert [row["labels"] for row in rows] == ["2", "4", "6"]


def test_a_finished_run_reads_nothing_again(whole):
  """Nobody is asked what to label next where the start was chosen."""
  job = whole[0]
  read = job.problem.dataset.images.read
  del read[:]
  run(job._replace(config=dataclasses.replace(job.config, distort="all")))
  assert read == []


def test_a_checkpoint_is_what_a_run_in_memory_writes(whole):
  job, *_ = whole
  step, saved = Checkpoints(job.folder / "checkpoints").newest()
  assert step == 3 and set(saved) == set(rounds.Saved._fields)
  assert saved["pool"]["order"].shape == (12,)


def test_only_labels_that_were_asked_for_are_read(whole):
  job, _, read = whole
  asked = {row["id"] for row in store.read_rows(job.folder / "picks.csv")}
  dataset = job.problem.dataset
  test = {dataset.ids[i] for i in job.problem.split.test}
  assert len(asked) == 6
  assert read == asked | test


class Interrupted(Exception):
  """As a kill would end it."""


def test_an_interrupted_question_goes_on_inside(whole, tmp_path, monkeypatch):
  def until_the_second_block(done, total):
    if done >= 4:
      raise Interrupted

  job = job_of(tmp_path / "entropy")
  with pytest.raises(Interrupted):
    run(job, progress=until_the_second_block)
  assert len(store.read_rows(job.folder / "curve.csv")) == 1
  starts = []

  def counted(describe, *args, **options):
    def noted(params, items, images):
      starts.append(int(items[0]))
      return describe(params, items, images)

    return describe_pool(noted, *args, **options)

  monkeypatch.setattr(streamed_rounds, "describe_pool", counted)
  run(job_of(tmp_path / "entropy"))
  # The first block tells that the code is the same; round 2 describes all.
  assert starts == [0, 4, 6, 8, 10, *range(0, 12, 2)]
  assert tables(tmp_path / "entropy") == tables(whole[0].folder)


@pytest.mark.parametrize(
  "stage", [(0, "testing"), (1, "training"), (2, "saving")]
)
def test_a_run_that_was_stopped_elsewhere_ends_the_same(whole, tmp_path, stage):
  def stop(*at):
    if at == stage:
      raise Interrupted

  job = job_of(tmp_path / "entropy")
  with pytest.raises(Interrupted):
    run(job._replace(show=stop))
  run(job)
  assert tables(job.folder) == tables(whole[0].folder)


def test_more_rounds_go_on_from_the_last(whole, tmp_path):
  run(job_of(tmp_path / "entropy", rounds=1))
  run(job_of(tmp_path / "entropy"))
  assert tables(tmp_path / "entropy") == tables(whole[0].folder)


def test_round_0_of_another_acquisition_is_taken_over(whole, tmp_path):
  _, first, _ = whole
  for begin, name in ((first, "taken"), (None, "own")):
    run(job_of(tmp_path / name, "k_center"), begin)
  assert tables(tmp_path / "taken") == tables(tmp_path / "own")


def noisy_job(folder, over, **changes):
  """Of a learner whose passes differ, mapped by `over`."""
  one = streamed_cases.threshold_learner()

  def one_pass(keys, params, images):
    noise = jax.vmap(jax.random.uniform)(keys)[:, None, None, None, None]
    noisy = images._replace(values=images.values + noise)
    return one.predict(None, params, noisy, None).probs[0]

  def predict(key, params, images, items, num_samples=0):
    found = one.predict(key, params, images, items)
    keys = sample_keys(key, items, num_samples or 1)
    return found._replace(probs=over(one_pass)(keys, params, images))

  job = job_of(folder, "bald", samples=3, pictures=0, **changes)
  learner = one._replace(predict=predict)
  problem = make_problem(job.config, job.problem.dataset, learner)
  return job._replace(problem=problem)


@pytest.mark.slow
@pytest.mark.parametrize("passes", ["shard_map", "pmap"])
def test_passes_on_all_devices_choose_the_same(tmp_path, passes):
  assert jax.local_device_count() > 1
  run(noisy_job(tmp_path / "one", in_turn))
  spread = {"acquisition": ("bald",), "seeds": 1, "passes": passes}
  for number in (1, 2):  # the second goes on from a checkpoint
    changes = spread | {"rounds": number}
    run(noisy_job(tmp_path / "all", over_passes, **changes))
  one, spread = (
    store.read_rows(tmp_path / name / "picks.csv") for name in ("one", "all")
  )
  assert [row["id"] for row in one] == [row["id"] for row in spread]


class Alive:
  """Bytes of the rows that were read and are still held, at most."""

  def __init__(self, monkeypatch):
    self.now = self.most = 0
    read = Rows.__getitem__

    def tracked(rows, items):
      array = read(rows, items)
      self.now += array.nbytes
      self.most = max(self.most, self.now)
      weakref.finalize(array, self._gone, array.nbytes)
      return array

    monkeypatch.setattr(Rows, "__getitem__", tracked)

  def _gone(self, count):
    self.now -= count


def device_bytes():
  return sum(array.nbytes for array in jax.live_arrays())


def test_memory_does_not_grow_with_the_pool(tmp_path, monkeypatch):
  on_device = []
  for num_items in (15, 45):
    alive, before, seen = Alive(monkeypatch), device_bytes(), []

    def look(*_, seen=seen, before=before):
      seen.append(device_bytes() - before)

    job = job_of(tmp_path / str(num_items), num_items=num_items, rounds=1)
    run(job._replace(show=look), progress=look)
    monkeypatch.undo()
    images = job.problem.dataset.images
    assert len(set(images.read)) == num_items and images.most <= 6
    assert alive.most <= 10 * _VOLUME  # a pool is 12 and 42 of them
    on_device.append(max(seen))
  assert abs(on_device[1] - on_device[0]) < _VOLUME
