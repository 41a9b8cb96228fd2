"""Several models as posterior samples: members, resamples, snapshots."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from alx.devices.seeds import over_seeds
from alx.keys import keys_of
from alx.pool import PoolState, pool_of
from alx.prediction import Prediction
from alx.training.learner import Learner


def make_ensemble(
  learner: Learner, num_members: int, bootstrap: bool = False
) -> Learner:
  """A deep ensemble as one learner; its members are the samples.

  Lakshminarayanan et al. 2017, section 2.4: K models that differ in their
  initial parameters and in the order of their data, fitted in one program.
  With bootstrap (Breiman 1996) each member also draws from its own resample
  of the labelled items. Member number j depends on the key and on j, not on K.

  Args:
    learner: of one member.
    num_members: K, at least 1.
    bootstrap: whether each member has its own resample.

  Returns:
    Learner whose params have a leading axis K and whose fit returns losses
    [K, steps]. Its predict never uses dropout; see `predict_members`.

  Raises:
    ValueError: if there is no member.
  """
  _check(num_members)

  def init(key):
    return jax.lax.map(learner.init, _member_keys(key, num_members))

  def fit_one(member, images, labels, pool, *weights):
    key, params = member
    key_resample, key_fit = jax.random.split(key)
    own = resample(key_resample, pool) if bootstrap else pool
    return learner.fit(key_fit, params, images, labels, own, *weights)

  fit_all = _over_members(fit_one)

  def fit(key, params, images, labels, pool, *weights):
    keys = _member_keys(key, num_members)
    return fit_all((keys, params), images, labels, pool, *weights)

  return Learner(init, fit, predict_members(learner))


def make_snapshots(learner: Learner, num_members: int) -> Learner:
  """Snapshots of one run as one learner: an ensemble for the price of a fit.

  Huang et al. 2017, section 3: the learning rate goes through K cycles and
  the parameters at the end of each are a member. A cycle is a fit of the given
  learner: its rate goes once through its schedule and the moments of its
  optimiser start anew; for the price of one fit give it 1/K of the steps.

  Args:
    learner: of one cycle.
    num_members: K, at least 1.

  Returns:
    Learner as from `make_ensemble`; a fit goes on from the last member.

  Raises:
    ValueError: if there is no member.
  """
  _check(num_members)

  def init(key):
    params = learner.init(key)
    return jax.tree.map(lambda x: jnp.stack([x] * num_members), params)

  def fit(key, params, images, labels, pool, *weights):
    def cycle(params, key):
      params, losses = learner.fit(key, params, images, labels, pool, *weights)
      return params, (params, losses)

    last = jax.tree.map(lambda x: x[-1], params)
    return jax.lax.scan(cycle, last, _member_keys(key, num_members))[1]

  return Learner(init, fit, predict_members(learner))


def predict_members(learner: Learner) -> Callable:
  """The `predict` of a learner whose params have a leading axis K.

  Its probs are [S, B, *sp, C] of the first S = min(num_samples, K) members;
  with num_samples = 0 [1, B, *sp, C], the mean over all K. Features and
  pixels are those of these members one after the other, over sqrt(S): inner
  products and squared distances are means over the members. The evidence is
  the mean too.
  """

  def predict_one(params, key, images, items):
    return learner.predict(key, params, images, items)

  predict_all = _over_members(predict_one)

  def predict(key, params, images, items, num_samples=0):
    members = jax.tree.map(lambda x: x[: num_samples or None], params)
    found = predict_all(members, key, images, items)
    return _join(found, average=num_samples == 0)

  return predict


def resample(key: jax.Array, pool: PoolState) -> PoolState:
  """As many labelled items, drawn with replacement: the shapes stay.

  Args:
    key: random key.
    pool: with at least one labelled item.

  Returns:
    PoolState whose order[:count] may repeat items and whose mask marks those
    that were drawn.
  """
  num_items, capacity = pool.labelled.shape[0], pool.order.shape[0]
  slots = jax.random.randint(key, (capacity,), 0, pool.count, jnp.int32)
  return pool_of(pool.order[slots], pool.count, num_items)


def _check(num_members):
  if num_members < 1:
    raise ValueError(f"num_members must be at least 1, found {num_members}")


def _member_keys(key, num_members):
  """[K] keys; a member's key does not depend on how many there are."""
  return keys_of(key, jnp.arange(num_members, dtype=jnp.int32))


def _over_members(run):
  """One program for all members, batched or one after the other.

  On one device: what is around it may have spread over all of them already.
  """
  return over_seeds(run, devices=jax.local_devices()[:1])


def _join(found: Prediction, average: bool) -> Prediction:
  """One Prediction of the S members' own, which have a leading axis S."""
  probs = found.probs[:, 0]
  return Prediction(
    probs=probs.mean(0, keepdims=True) if average else probs,
    features=_side_by_side(found.features),
    mask=found.mask[0],
    pixels=jax.tree.map(_side_by_side, found.pixels),
    evidence=found.evidence.mean(0),
  )


def _side_by_side(x):
  """[S, ..., D] -> [..., S * D], scaled so that inner products are means."""
  joined = jnp.moveaxis(x, 0, -2).reshape(*x.shape[1:-1], -1)
  return joined / jnp.sqrt(x.shape[0])
