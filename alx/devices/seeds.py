"""Repeats of a run as a batch of keys: one program for all seeds."""

from collections.abc import Callable, Sequence
from functools import partial

import jax
import jax.extend.core as jex_core
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, PartitionSpec

from alx.devices.memory import Watched

_AXIS = "seeds"


def over_seeds(
  run: Callable,
  *,
  vectorized: bool | None = None,
  devices: Sequence[jax.Device] | None = None,
  look: Callable | None = None,
) -> Callable:
  """A run of one key as a compiled run of a batch of keys.

  Runs with equal keys have equal starting sets and weights, so two methods
  given the same keys are compared in pairs. The seeds of a device are either
  one batch (`vmap`) or follow each other inside the program (`lax.map`). A
  seed that is mapped on a CPU gives what it gives alone, bit for bit; in a
  batch or on another number of devices the networks' outputs agree to
  rounding, and what is chosen from equal numbers is equal.

  Args:
    run: (seeded, *shared) -> pytree of arrays; `seeded` is a key, or a pytree
      with the state of one seed. For instance `simulate` with its loop and
      data filled in. Callbacks to the host do not belong in it.
    vectorized: True: `vmap`; False: `lax.map`; None: `vmap`, but `lax.map` on
      a CPU if the run has convolutions, whose batches over weights are slow
      there.
    devices: the seeds are spread over; all local ones of the default backend
      if None. Their number need not divide that of the seeds.
    look: see `memory.Watched`, of the program of all seeds.

  Returns:
    (seeded with a leading axis R, *shared) -> the results with a leading axis
    R. Compiled once for each R.

  Raises:
    ValueError: by what is returned, if there is no seed.
  """
  devices = list(jax.local_devices() if devices is None else devices)

  def together(seeded, *shared):
    alone = partial(_apart, run, shared)
    batched = vectorized
    if batched is None:
      on_cpu = devices[0].platform == "cpu"
      batched = not (on_cpu and has_convolutions(run, _one(seeded), *shared))
    if batched:
      return jax.vmap(alone)(seeded)
    return jax.lax.map(alone, seeded)

  program = jax.jit(_spread(together, devices))
  if look is not None:
    program = Watched(program, look)
  return partial(_check_and_call, program)


def _check_and_call(program, seeded, *shared):
  sizes = {np.shape(leaf)[:1] for leaf in jax.tree.leaves(seeded)}
  if len(sizes) != 1 or sizes & {(), (0,)}:
    raise ValueError(
      "over_seeds wants a leading axis of one or more seeds, found sizes "
      f"{sorted(sizes)}"
    )
  return program(seeded, *shared)


def _apart(run, shared, seeded):
  return run(seeded, *shared)


def _one(seeded):
  """The shapes of one seed."""
  return jax.eval_shape(partial(jax.tree.map, lambda x: x[0]), seeded)


def _spread(together, devices):
  """The same with the seeds in equal parts on several devices."""
  if len(devices) == 1:
    return together
  mesh = Mesh(np.array(devices), (_AXIS,))

  def spread(seeded, *shared):
    num_seeds = jax.tree.leaves(seeded)[0].shape[0]
    extra = -num_seeds % len(devices)
    # What fills up is the last seed again, and is dropped.
    places = jnp.minimum(jnp.arange(num_seeds + extra), num_seeds - 1)
    filled = jax.tree.map(lambda x: x[places], seeded)
    out = jax.shard_map(
      together,
      mesh=mesh,
      in_specs=(PartitionSpec(_AXIS), *[PartitionSpec()] * len(shared)),
      out_specs=PartitionSpec(_AXIS),
      check_vma=False,
    )(filled, *shared)
    return jax.tree.map(lambda x: x[:num_seeds], out)

  return spread


def has_convolutions(function: Callable, *args) -> bool:
  """Whether a function of such arguments convolves anywhere."""
  return _convolves(jax.make_jaxpr(function)(*args).jaxpr)


def _convolves(jaxpr) -> bool:
  return any(
    equation.primitive.name == "conv_general_dilated"
    or any(map(_convolves, _inner(equation.params)))
    for equation in jaxpr.eqns
  )


def _inner(params):
  """The programs inside an equation: of loops, branches, jitted calls."""
  leaves = jax.tree.leaves(
    list(params.values()),
    is_leaf=lambda x: isinstance(x, (jex_core.Jaxpr, jex_core.ClosedJaxpr)),
  )
  for leaf in leaves:
    if isinstance(leaf, jex_core.ClosedJaxpr):
      yield leaf.jaxpr
    elif isinstance(leaf, jex_core.Jaxpr):
      yield leaf
