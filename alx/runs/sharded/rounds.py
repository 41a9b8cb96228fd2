"""Rounds of active learning in which every process scores its own shard."""

import dataclasses
import pathlib
from collections.abc import Callable, Collection
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition import BY_NAME
from alx.acquisition.base import Candidates
from alx.acquisition.grammar import parse
from alx.acquisition.scores.maps import entropy_map, margin_map
from alx.devices import sharded
from alx.devices.distributed import (
  all_gather,
  assert_same,
  assert_same_selection,
  gather_rows,
)
from alx.keys import check_seed
from alx.loop import check_budget, draw_start
from alx.runs.disk import store
from alx.runs.settings.arms import check_turns
from alx.runs.sharded import linear_head
from alx.runs.sharded.linear_head import Head
from alx.runs.sharded.pool import BLOCK, Pool, together

_SCORES = {"entropy": entropy_map, "margin": margin_map}
ACQUISITIONS = (*_SCORES, "k_center")


@dataclasses.dataclass(frozen=True)
class Settings:
  """What to ask for."""

  acquisition: str  # of ACQUISITIONS, or turns of them
  k: int  # items of the starting set and of a round
  rounds: int  # after the starting set
  seed: int  # of the starting set

  def at(self, question: int) -> str:
    """Which of ACQUISITIONS asks a question 1, 2, ..."""
    return self._names[parse(self.acquisition).stage_of(question)]

  @property
  def _names(self):
    stages = parse(self.acquisition).stages
    known = {BY_NAME[name]: name for name in ACQUISITIONS}
    return [known.get(stage.acquisition) for stage in stages]

  def __post_init__(self):
    """Raises ValueError for what shards cannot do."""
    check_seed("seed", self.seed)
    if not all(self._names):
      raise ValueError(
        f"acquisition {self.acquisition}: over several processes there are "
        f"{', '.join(ACQUISITIONS)}, alone or in turns: entropy*2 + k_center"
      )
    check_turns((self.acquisition,), self.rounds)

  def asks(self, names: Collection[str]) -> bool:
    """Whether one of these asks in some round."""
    return not {*names}.isdisjoint(self._names)


def run(
  pool: Pool, settings: Settings, workdir: pathlib.Path, show: Callable
) -> np.ndarray:
  """Asks, round by round; process 0 appends the picks to picks.csv.

  Args:
    pool: what this process holds.
    settings: the same on all processes.
    workdir: where picks.csv is made.
    show: called with a line of text on process 0.

  Returns:
    items [rounds + 1, k] int32, the starting set first; the same on all.

  Raises:
    ValueError: if the pool is too small, labels are missing or picks.csv is
      already there.
    RuntimeError: if the processes do not agree on a head or a selection.
  """
  _check(pool, settings)
  path = together(lambda: _new_file(workdir))
  key = jax.random.key(settings.seed)
  num_items, features = pool.shard.num_items, _on_device(pool, settings)
  picks = [np.asarray(draw_start(key, num_items, settings.k))]
  _write(path, 0, picks[0])
  for number in range(1, settings.rounds + 1):
    labelled = np.concatenate(picks)
    head = None if pool.labels is None else _fit(pool, labelled, settings)
    logits = None if head is None else predict(head, pool.features)
    _report(show, pool, logits, labelled)
    asking = dataclasses.replace(settings, acquisition=settings.at(number))
    picks.append(_choose(pool, asking, features, logits, labelled))
    assert_same_selection(picks[-1])
    _write(path, number, picks[-1])
  return np.stack(picks)


def _check(pool, settings) -> None:
  check_budget(pool.shard.num_items, settings.k, settings.k, settings.rounds)
  if pool.labels is None and settings.asks(_SCORES):
    raise ValueError(f"{settings.acquisition} needs a head, and that --labels")


def _on_device(pool, settings) -> jax.Array | None:
  """What `k_center` compares, in memory once for all rounds."""
  if not settings.asks(["k_center"]):
    return None
  return jnp.asarray(pool.features, jnp.float32)


def _fit(pool, labelled, settings) -> Head:
  """The head of all labelled rows, checked to be the same everywhere."""
  rows = gather_rows(pool.features, labelled, pool.shard)
  labels = gather_rows(pool.labels, labelled, pool.shard)
  room = (0, settings.k * (settings.rounds + 1) - len(labelled))
  head = linear_head.fit(
    np.pad(rows.astype(np.float32), (room, (0, 0))),
    np.pad(labels, room),
    len(labelled),
    pool.num_classes,
  )
  weights = np.concatenate([np.ravel(leaf) for leaf in head])
  assert_same("weights of the head", weights)
  return head


def predict(head: Head, features: np.ndarray) -> np.ndarray:
  """Logits [n, C], in blocks of one shape.

  A row's logits then depend on the row alone up to its place in a block, and
  a memory-mapped array is read block by block.
  """
  nothing = np.zeros((0, head.bias.shape[0]), np.float32)
  return _by_block(partial(_logits, head), features, nothing)


def score(name: str, logits: np.ndarray) -> np.ndarray:
  """[n] scores of logits [n, C], in the same blocks.

  Compiled code may round rows of a small array another way than those of a
  large one, and shards are the smaller the more there are.
  """
  of_block = partial(_score, _SCORES[name])
  return _by_block(of_block, logits, np.zeros(0, np.float32))


def _by_block(function, rows, nothing):
  """What a function of [BLOCK, ...] says of each row; of none `nothing`."""
  found = [nothing]
  for start in range(0, len(rows), BLOCK):
    block = np.asarray(rows[start : start + BLOCK], np.float32)
    padded = np.pad(block, ((0, BLOCK - len(block)), (0, 0)))
    found.append(np.asarray(function(padded))[: len(block)])
  return np.concatenate(found)


_logits = jax.jit(linear_head.logits)


@partial(jax.jit, static_argnums=0)
def _score(score_map, logits):
  return score_map(jax.nn.softmax(logits))


def _choose(pool, settings, features, logits, labelled) -> np.ndarray:
  mine = labelled - pool.shard.start
  mine = mine[(mine >= 0) & (mine < len(pool.features))]
  known = np.zeros(len(pool.features), bool)
  known[mine] = True
  candidates = Candidates(~known, known)
  if settings.acquisition == "k_center":
    return sharded.k_center(features, candidates, settings.k, pool.shard)
  scores = score(settings.acquisition, logits)
  return sharded.top_k(scores, candidates, settings.k, pool.shard)


def _report(show, pool, logits, labelled) -> None:
  """One line on process 0: how much of the pool the head gets right."""
  if logits is None:
    return
  right = int(
    all_gather(np.int32((logits.argmax(1) == pool.labels).sum())).sum()
  )
  if jax.process_index() == 0:
    share = right / pool.shard.num_items
    show(f"{len(labelled)} labels: accuracy {share:.3f} on the whole pool")


def _new_file(workdir) -> pathlib.Path:
  path = pathlib.Path(workdir) / "picks.csv"
  if path.exists():
    raise ValueError(f"{path} is already there; choose another workdir")
  return path


def _write(path, number, items) -> None:
  """Appends the picks of a round, on process 0."""
  if jax.process_index():
    return
  rows = [
    {"round": number, "rank": rank, "item": item}
    for rank, item in enumerate(items)
  ]
  store.append_rows(path, rows)
