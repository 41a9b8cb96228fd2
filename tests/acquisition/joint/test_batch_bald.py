import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition import Candidates
from alx.acquisition.joint import batch_bald as joint
from alx.prediction import Prediction
from tests import oracle_joint

KEY = jax.random.key(0)
LAWS = settings(max_examples=20, deadline=None)
information = jax.jit(joint.batch_information)
joint_entropy = jax.jit(joint.joint_entropy)


def close(value, wanted, tolerance=2e-6):
  np.testing.assert_allclose(value, wanted, rtol=0, atol=tolerance)


def random_probs(seed, *shape, scale=1.5):
  logits = scale * np.random.default_rng(seed).standard_normal(shape)
  probs = np.exp(logits)
  return (probs / probs.sum(-1, keepdims=True)).astype(np.float32)


def free(num_items):
  return Candidates(np.ones(num_items, bool), np.zeros(num_items, bool))


@pytest.fixture(scope="module")
def choose():
  compiled = jax.jit(
    joint.batch_bald, static_argnums=3, static_argnames="joint_samples"
  )

  def of(probs, k, candidates=None, key=KEY, **options):
    candidates = candidates or free(len(probs))
    slots = max(k, 5)  # one program for all that are few
    items = compiled(key, probs, candidates, slots, jnp.int32(k), **options)
    assert (items[k:] == len(probs)).all()
    return items[:k].tolist()

  return of


def mixes(ends, num_samples):
  """Items whose probabilities go from one end to the other over samples."""
  share = np.linspace(0, 1, num_samples)[None, :, None]
  first, last = np.asarray(ends, np.float64)[:, :, None].swapaxes(0, 1)
  return ((1 - share) * first + share * last).astype(np.float32)


# Verified numbers: the toy problems of Kirsch et al. (2019).

FOUR = mixes(
  [
    ([0.7, 0.1, 0.1, 0.1], [0.3, 0.3, 0.2, 0.2]),
    ([0.1, 0.7, 0.1, 0.1], [0.2, 0.3, 0.3, 0.2]),
    ([0.1, 0.1, 0.7, 0.1], [0.2, 0.2, 0.3, 0.3]),
    ([0.1, 0.1, 0.1, 0.7], [0.3, 0.2, 0.2, 0.3]),
  ],
  20,
)
TWO = mixes(
  [
    ([0.1, 0.2, 0.2, 0.5], [0.5, 0.2, 0.1, 0.2]),
    ([0.1, 0.6, 0.2, 0.1], [0.0, 0.5, 0.5, 0.0]),
  ],
  20,
)


PAIR = np.array(
  [
    [[0.1, 0.2, 0.3, 0.4], [0.15, 0.15, 0.3, 0.4]],
    [[0.1, 0.2, 0.3, 0.4], [0.15, 0.15, 0.3, 0.4]],
    [[0.4, 0.3, 0.2, 0.1], [0.4, 0.3, 0.16, 0.14]],
  ],
  np.float32,
)


@pytest.mark.parametrize(
  ("items", "wanted"),
  [
    ([2], 0.030715639666),
    ([1, 0], 0.059619586272),
    ([2, 3], 0.059619586272),
    ([1, 0, 2], 0.086910705147),
    ([0, 1, 2, 3], 0.112753045325),
  ],
)
def test_information_of_variables_that_are_alike(items, wanted):
  close(information(FOUR[items]), wanted)


@pytest.mark.parametrize(
  ("items", "wanted"),
  [
    ([0, 1, 0, 1], 4.647885441),
    ([0, 1, 0, 1, 0], 5.973514928),
    ([0, 1, 0, 1, 1], 5.636186797),
    ([0, 1, 0, 1, 0, 1, 0, 1], 9.266713333),
  ],
)
def test_joint_entropy_with_a_probability_of_zero(items, wanted):
  close(joint_entropy(TWO[items]), wanted, 1e-5)


def test_joint_entropy_of_uniform_labels_adds_up():
  close(joint_entropy(jnp.full((4, 7, 4), 0.25)), 4 * np.log(4), 1e-5)
  close(joint_entropy(jnp.zeros((0, 7, 4))), 0.0)


@pytest.mark.parametrize(
  ("items", "wanted"),
  [
    ([0], 0.004308777),
    ([2], 0.002787878),
    ([0, 1], 0.008580854),
    ([0, 2], 0.007072869),
    ([0, 1, 2], 0.011321547),
  ],
)
def test_information_of_a_duplicate(items, wanted):
  close(information(PAIR[items]), wanted)


def test_a_duplicate_can_be_the_best_second_pick(choose):
  # Asked twice, a noisy label tells more than a duller item asked once.
  assert choose(PAIR, 3) == [0, 1, 2]


def test_a_label_without_noise_is_asked_once(choose):
  # 0 and 1 tell samples {0, 1} from {2, 3}; 2 tells a bit of the rest.
  sure = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1]])
  rest = np.array([[0.9, 0.1], [0.1, 0.9], [0.9, 0.1], [0.1, 0.9]])
  probs = jnp.asarray(np.stack([sure, sure, rest]), jnp.float32)
  assert choose(probs, 3) == [0, 2, 1]


# Agreement with enumeration.

GAMES = {
  "random": lambda seed: random_probs(seed, 8, 4, 3),
  "sharp": lambda seed: random_probs(seed, 8, 4, 3, scale=9),
  "flat": lambda seed: random_probs(seed, 8, 4, 3, scale=0.1),
  "duplicates": lambda seed: random_probs(seed, 4, 4, 3)[
    [0, 1, 2, 3, 3, 2, 1, 0]
  ],
  "constant": lambda seed: np.full((8, 4, 3), 1 / 3, np.float32),
  "one_hot": lambda seed: jax.nn.one_hot(
    np.random.default_rng(seed).integers(0, 3, (8, 4)), 3
  ),
  "one_sample": lambda seed: random_probs(seed, 8, 1, 3).repeat(4, 1),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("game", GAMES)
def test_picks_of_the_enumeration(choose, game, seed):
  probs = GAMES[game](seed)
  available = np.arange(8) != 5
  candidates = Candidates(available, ~available)
  wanted = oracle_joint.batch_bald(probs, candidates, 5)
  assert choose(probs, 5, candidates) == wanted


def test_first_pick_is_bald(choose):
  probs = random_probs(3, 8, 4, 3)
  alone = [oracle_joint.information(np.asarray(p)[None]) for p in probs]
  assert choose(probs, 1) == [int(np.argmax(alone))]


@LAWS
@given(st.integers(0, 2**31), st.sampled_from([0.2, 1.5, 6.0]))
def test_information_agrees_is_bounded_and_submodular(seed, scale):
  probs = random_probs(seed, 4, 3, 3, scale=scale)
  value = float(information(probs))
  close(value, oracle_joint.information(np.asarray(probs, np.float64)), 1e-5)
  assert value <= np.log(3) + 1e-5
  first, last = probs[:1], probs[3:]
  steps = [information(probs[:n]) for n in (1, 2, 3, 4)]
  assert (np.diff(steps) >= -1e-5).all()
  alone = information(np.concatenate([first, last])) - information(first)
  assert steps[3] - steps[2] <= alone + 1e-5


@LAWS
@given(st.integers(0, 2**31))
def test_picks_do_not_depend_on_the_order_of_samples_and_classes(choose, seed):
  probs = random_probs(seed, 8, 4, 3)
  turned = probs[:, [2, 0, 3, 1]][:, :, [1, 2, 0]]
  assert choose(turned, 3) == choose(probs, 3)


# Lazy evaluation and sampling.


@pytest.mark.parametrize("columns", [1, 8, 10_000])
def test_the_block_of_candidates_changes_nothing(monkeypatch, columns):
  probs = random_probs(4, 40, 6, 4)
  wanted = oracle_joint.batch_bald(probs, free(40), 5)
  monkeypatch.setattr(joint, "COLUMNS", columns)
  choose = jax.jit(lambda x: joint.batch_bald(KEY, x, free(40), 5))
  assert choose(probs).tolist() == wanted


def after(items, num_rows, key=KEY):
  """What is known once the labels of the items are."""
  keys = jax.random.split(key, len(items))

  def add(state, this):
    return joint.extended(this[0], state, this[1]), None

  @jax.jit
  def known(keys, items):
    start = joint.nothing_known(num_rows, items.shape[1])
    return jax.lax.scan(add, start, (keys, items))[0]

  return known(keys, items)


def test_gains_are_differences_of_the_information(monkeypatch):
  monkeypatch.setattr(joint, "ROWS", 16)  # 64 configurations in 4 blocks
  probs = random_probs(5, 5, 6, 4)
  state = after(probs[:3], 100)
  assert state.count == 64
  close(state.weight.sum(), 1)
  close(state.mean, 1 / 6)
  both = [information(probs[[0, 1, 2, i]]) for i in (3, 4)]
  wanted = np.array(both) - information(probs[:3])
  close(jax.jit(joint.gains)(state, probs[3:]), wanted)


@pytest.mark.parametrize("num_known", [5, 6])
def test_sampled_gains_are_right_on_average(num_known):
  probs = random_probs(5, num_known + 2, 6, 4, scale=0.8)
  known, others = probs[:num_known], probs[num_known:]
  wanted = jax.jit(joint.gains)(after(known, 4**num_known), others)

  @jax.vmap
  def sampled(key):
    return joint.gains(after(known, 256, key), others)

  values = np.asarray(jax.jit(sampled)(jax.random.split(KEY, 400)))
  assert (np.abs(values.mean(0) - wanted) < 4 * values.std(0) / 20).all()
  # Rows that drew their labels with one number in common spread by 0.007.
  assert (values.std(0) < 0.004).all()
  assert values.min() >= -1e-6


def test_sampled_batches_are_nearly_as_good(choose):
  probs = random_probs(6, 60, 20, 3)
  best = information(probs[choose(probs, 7)])
  for seed in range(5):
    key = jax.random.key(seed)
    items = choose(probs, 7, key=key, joint_samples=60)
    assert items == choose(probs, 7, key=key, joint_samples=60)
    assert information(probs[items]) > 0.98 * best


def test_a_long_batch_stays_finite(choose):
  probs = random_probs(7, 120, 30, 2, scale=0.3)
  items = choose(probs, 100, joint_samples=256)
  assert len(set(items)) == 100 and max(items) < 120
  assert not jnp.isnan(after(probs[:100], 256).posterior).any()


def test_what_adds_nothing_is_ranked_by_its_own_information(choose):
  # Item 1 tells both samples apart for sure; log 2 is all there is to know.
  share = jnp.array([0.4, 0.0, 0.2, 0.3, 0.2])
  probs = jnp.stack([share, 1 - share], -1)
  probs = jnp.stack([probs, probs[..., ::-1]], 1)
  assert choose(probs, 5) == [1, 2, 4, 3, 0]


# Description and the rest.


def test_describes_the_mean_over_real_voxels():
  probs = random_probs(8, 3, 2, 4, 5)  # S, B, voxels, C
  mask = jnp.array([[True, True, False, True], [False] * 4])
  shares = joint.class_shares(None, Prediction(probs, None, mask))
  close(shares[0], probs[:, 0, jnp.array([0, 1, 3])].mean(1))
  assert (shares[1] == 0).all()


def test_reports_every_pick():
  seen = []
  joint.batch_bald(
    KEY, PAIR, free(3), 2, progress=lambda *done: seen.append(done)
  )
  jax.effects_barrier()
  assert seen == [(1, 2), (2, 2)]
