import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME
from alx.data.patches import stack_images
from alx.loop import check_budget, draw_start, pad_items, simulate
from alx.loop.asking import describe_pool
from alx.pool import mark_labelled
from alx.prediction import Prediction
from alx.training.augment import Augment
from alx.training.learner import Learner
from alx.training.settings import Asking
from tests import problems
from tests.compiles import COMPILED

START, QUERY, ROUNDS = 4, 3, 3


def by_hand(loop, images, labels, rounds=ROUNDS, key=0):
  """The same with ask and tell, and a reader in between."""
  key = jax.random.key(key)
  num_items = labels.shape[0]
  state = loop.init(key, images, jax.eval_shape(lambda: labels[0]))
  asked = pad_items(draw_start(key, num_items, START), START, num_items)
  history = []
  for _ in range(rounds + 1):
    history.append(np.asarray(asked))
    state = loop.tell(state, asked, labels[asked])
    items, state = loop.ask(state)
    asked = pad_items(items, START, num_items)
  return state, np.stack(history)


def program_of(loop, images, rounds=ROUNDS):
  """`simulate` as one program of a seed and the hidden labels."""

  @jax.jit
  def program(seed, labels):
    return simulate(
      loop,
      jax.random.key(seed),
      images,
      labels,
      start=START,
      query=QUERY,
      rounds=rounds,
      evaluate=lambda state: state.pool.count,
    )

  return program


@functools.cache
def compiled_run(name):
  """The program of one acquisition on `blobs`."""
  loop = problems.loop_of(problems.plain_learner(), name)
  return program_of(loop, problems.blobs()[0])


def check_against_hand(loop, images, labels, program):
  state, items, counts = program(0, labels)
  hand_state, hand_items = by_hand(loop, images, labels)
  np.testing.assert_array_equal(items, hand_items)
  assert counts.tolist() == [4, 7, 10, 13]
  np.testing.assert_array_equal(state.pool.order, hand_state.pool.order)
  real = items[items < labels.shape[0]]
  assert len(set(real.tolist())) == START + ROUNDS * QUERY


@pytest.mark.parametrize("name", ["random", "entropy", "bald", "k_center"])
def test_simulate_asks_what_ask_and_tell_ask(name):
  loop = problems.loop_of(problems.plain_learner(), name)
  check_against_hand(loop, *problems.blobs(), compiled_run(name))


@pytest.mark.slow
def test_simulate_segmentation():
  images, labels = problems.squares(20)
  loop = problems.loop_of(problems.unet_learner(3), "foreground_random")
  program = program_of(loop, images)
  check_against_hand(loop, images, labels, program)


def test_no_label_leaks():
  _, labels = problems.blobs()
  state, items, _ = compiled_run("entropy")(0, labels)
  asked = np.isin(np.arange(24), np.asarray(items))
  garbage = jnp.where(jnp.asarray(asked), labels, 77)
  again, items_again, _ = compiled_run("entropy")(0, garbage)
  np.testing.assert_array_equal(items, items_again)
  chex.assert_trees_all_equal(state.params, again.params)


def test_every_label_told_is_the_reader_s():
  images, labels = problems.blobs()
  loop = problems.loop_of(problems.plain_learner(), "random")
  state, _ = by_hand(loop, images, labels)
  known = np.asarray(state.pool.labelled)
  np.testing.assert_array_equal(state.labels[known], labels[known])
  assert (np.asarray(state.labels)[~known] == 0).all()


def test_same_key_same_picks_other_key_other_picks():
  _, labels = problems.blobs()
  run = compiled_run("bald")
  picks = [run(key, labels)[1].tolist() for key in (0, 0, 1)]
  assert picks[0] == picks[1] != picks[2]


def test_the_start_is_the_same_for_every_acquisition():
  _, labels = problems.blobs()
  starts = [compiled_run(n)(0, labels)[1][0] for n in ("random", "entropy")]
  assert starts[0].tolist() == starts[1].tolist()


def test_warm_start_goes_on_from_the_last_params():
  images, labels = problems.blobs()
  finals = []
  for warm in (False, True):
    learner = problems.mlp_learner(1, learning_rate=1e-8)
    loop = problems.loop_of(learner, "random", warm=warm)
    state, _ = by_hand(loop, images, labels, rounds=1)
    first = loop.init(
      jax.random.key(0), images, jax.eval_shape(lambda: labels[0])
    )
    gap = jax.tree.map(
      lambda a, b: jnp.abs(a - b).max(), state.params, first.params
    )
    finals.append(max(jax.tree.leaves(gap)))
  assert finals[1] < 1e-6 < finals[0]


@pytest.mark.parametrize(
  ("distort", "everything", "moved"),
  [(False, False, ()), (True, False, (1, 3)), (True, True, (0, 1, 2, 3))],
)
def test_items_are_described_under_augmentation_only_if_asked(
  distort, everything, moved
):
  """What comes out of a perceptron's features tells which images changed."""
  images, labels = problems.blobs(4)
  settings = Asking(
    1,
    block=2,
    distort=Augment(flips=False, intensity=0.5) if distort else None,
    distort_all=everything,
  )
  learner = problems.plain_learner()._replace(predict=values_as_features)
  loop = problems.loop_of(problems.plain_learner())
  state = loop.init(jax.random.key(0), images, labels[0])
  pool = mark_labelled(state.pool, jnp.array([1, 3]))
  found = describe_pool(
    jax.random.key(1),
    state._replace(pool=pool),
    learner,
    BY_NAME["k_center"],
    settings,
  )
  changed = jnp.abs(found - images.values.reshape(4, -1)).max(1) > 0
  assert tuple(np.flatnonzero(changed)) == moved


def test_no_padding_gets_into_an_item_that_is_distorted():
  """Items of 5s, the first of them half as large as the array."""
  values = [np.full((n, 16, 1), 5.0, np.float32) for n in (8, 16)]
  images = jax.tree.map(jnp.asarray, stack_images(values, (8, 8)))
  learner = Learner(lambda key: {}, None, values_as_features)
  loop = problems.loop_of(learner, "k_center")
  state = loop.init(jax.random.key(0), images, jnp.zeros((16, 16), jnp.uint8))
  settings = Asking(
    1,
    distort=Augment(True, True, 0.0, rotation=20.0, gamma=0.3),
    distort_all=True,
  )

  @jax.jit
  @jax.vmap
  def describe(key):
    return describe_pool(key, state, learner, BY_NAME["k_center"], settings)

  found = describe(jax.random.split(jax.random.key(1), 16))
  found = found.reshape(16, 2, 16, 16)
  np.testing.assert_allclose(found[:, 0, :8], 5.0, rtol=1e-5)
  np.testing.assert_allclose(found[:, 1], 5.0, rtol=1e-5)


def of_maps():
  """(state, its learner) of items whose classes lie above each other."""
  labels = np.zeros((5, 6, 8), np.uint8)
  labels[:, 1:3, 2:6], labels[:, 3:5, 2:6] = 1, 2
  ramp = np.arange(48, dtype=np.float32).reshape(6, 8, 1)
  images = jax.tree.map(jnp.asarray, stack_images([ramp] * 5, (6, 8)))
  learner = Learner(lambda key: {}, None, values_as_features)
  state = problems.loop_of(learner, "k_center").init(
    jax.random.key(0), images, jnp.asarray(labels[0])
  )
  pool = mark_labelled(state.pool, jnp.arange(4))
  return state._replace(pool=pool, labels=jnp.asarray(labels)), learner


def test_items_are_described_mirrored_where_labels_allow_it():
  state, learner = of_maps()
  distort = Augment(True, False, 0.0, flips_by_labels=True)
  settings = Asking(1, block=2, distort=distort, distort_all=True)

  @jax.jit
  @jax.vmap
  def describe(key):
    return describe_pool(key, state, learner, BY_NAME["k_center"], settings)

  found = describe(jax.random.split(jax.random.key(1), 8)).reshape(40, 6, 8)
  assert (found[:, 0] < found[:, -1]).all()
  rises = np.asarray(found[:, 0, 0] < found[:, 0, -1])
  assert 0 < rises.sum() < 40


def test_pieces_of_a_question_mirror_what_the_whole_does():
  state, learner = of_maps()
  distort = Augment(True, False, 0.0, flips_by_labels=True)
  learner = learner._replace(predict=first_row_as_samples)
  found = []
  for in_pieces in (False, True):
    loop = problems.loop_of(
      learner, "bald", 1, distort=distort, distort_all=True, in_pieces=in_pieces
    )
    found.append(loop.ask(state)[1].scores.tolist())
  assert found[0] == found[1] != [0.0]


def first_row_as_samples(key, params, images, items, samples):
  first = images.values[:, 0, :samples, 0].T / 10
  probs = jax.nn.softmax(jnp.stack([first, -first], -1))
  return Prediction(probs, None, jnp.ones(items.shape, bool))


def values_as_features(key, params, images, items, samples):
  flat = images.values.reshape(len(items), -1)
  return Prediction(jnp.ones((1, len(items), 2)) / 2, flat, None)


def test_nothing_compiles_after_the_first_round():
  images, labels = problems.squares(20)
  loop = problems.loop_of(problems.unet_learner(3), "bald")
  state = loop.init(
    jax.random.key(0), images, jax.eval_shape(lambda: labels[0])
  )
  asked = pad_items(draw_start(jax.random.key(0), 20, START), START, 20)
  counts = []
  for _ in range(1 + 5):
    before = len(COMPILED)
    state = loop.tell(state, asked, labels[asked])
    items, state = loop.ask(state)
    asked = pad_items(items, START, 20)
    counts.append(len(COMPILED) - before)
  assert counts[0] > 0
  assert counts[1:] == [0] * 5


@pytest.mark.parametrize("rounds", [1, 5])
def test_simulate_is_one_program_however_many_rounds(rounds):
  images, labels = problems.blobs()
  loop = problems.loop_of(problems.plain_learner())
  program, counts = program_of(loop, images, rounds), []
  for seed in (0, 1):
    before = len(COMPILED)
    _, items, _ = jax.block_until_ready(program(seed, labels))
    assert items.shape[0] == rounds + 1
    counts.append(len(COMPILED) - before)
  assert counts == [1, 0]


def test_loops_share_one_compiled_fit():
  images, labels = problems.blobs()
  one = problems.mlp_learner(4)
  fit = chex.assert_max_traces(one.fit.__wrapped__, n=1)
  learner = one._replace(fit=jax.jit(fit))
  for name in ("random", "entropy"):
    by_hand(problems.loop_of(learner, name), images, labels)


@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    ((10, 4, 3, 3), r"4 \+ 3 rounds x 3 items = 13 labels.*holds 10 items"),
    ((10, 0, 3, 1), "at least 1 item, found 0"),
    ((10, 1, 0, 1), "query must be >= 1"),
  ],
)
def test_a_budget_the_pool_cannot_meet(arguments, message):
  with pytest.raises(ValueError, match=message):
    check_budget(*arguments)


def test_simulate_checks_the_budget_before_training():
  images, labels = problems.blobs(12)
  loop = problems.loop_of(problems.mlp_learner())
  with pytest.raises(ValueError, match="13 labels, but the pool holds 12"):
    simulate(
      loop,
      jax.random.key(0),
      images,
      labels,
      start=START,
      query=QUERY,
      rounds=ROUNDS,
      evaluate=None,
    )
