import numpy as np
import pytest

from alx.runs.sharded.pool import make_pool
from alx.runs.sharded.rounds import Settings, run, score


def picks(name, workdir):
  pool = make_pool(60, 0)
  return run(pool, Settings(name, 4, 3, 0), workdir, lambda text: None)


def test_rounds_take_turns(tmp_path):
  turns = picks("entropy*1 + k_center*1", tmp_path / "turns")
  entropy = picks("entropy", tmp_path / "entropy")
  assert turns.shape == (4, 4)
  np.testing.assert_array_equal(turns[:2], entropy[:2])
  assert set(turns[2]) != set(entropy[2])


@pytest.mark.parametrize("name", ["entropy", "margin"])
def test_a_score_does_not_depend_on_how_many_shards_there_are(name):
  logits = np.random.default_rng(0).normal(size=(5003, 3)).astype(np.float32)
  whole = score(name, logits)
  for number in (2, 4, 7):
    shards = np.array_split(logits, number)
    found = np.concatenate([score(name, shard) for shard in shards])
    np.testing.assert_array_equal(found, whole)


@pytest.mark.parametrize(
  ("name", "told"),
  [
    ("bald", "there are entropy, margin, k_center, alone or in turns"),
    ("two_stage(entropy:9, k_center)", "alone or in turns"),
    ("entropy(reduce=max)", "alone or in turns"),
    ("entropy + bald", "alone or in turns"),
    ("entropie", "character 1: no method 'entropie'; did you mean entropy?"),
    ("entropy*3 + margin", "the last turn begins in round 4, there are 3"),
  ],
)
def test_what_shards_cannot_do_is_told(name, told):
  with pytest.raises(ValueError, match="acquisition") as error:
    Settings(name, 4, 3, 0)
  assert told in str(error.value)


def test_a_seed_that_would_be_another_is_refused():
  with pytest.raises(ValueError, match="seed: wanted"):
    Settings("entropy", 4, 3, 5_000_000_000)
