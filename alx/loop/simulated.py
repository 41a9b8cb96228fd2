"""A whole run against known labels."""

from collections.abc import Callable

import jax

from alx.data.patches import Images
from alx.loop.start import check_budget, draw_start, pad_items
from alx.loop.state import Loop
from alx.loop.unit_labels import (
  items_of,
)
from alx.units import UnitSet


def simulate(
  loop: Loop,
  key: jax.Array,
  images: Images,
  hidden: jax.Array,
  *,
  start: int,
  query: int,
  rounds: int,
  evaluate: Callable,
  units: UnitSet | None = None,
):
  """A whole run against known labels, as one function of its key.

  Round 0 tells the starting set, each of the `rounds` after it the items asked
  for. A question follows the last round too; its answer is not used.

  Args:
    loop: from `make_loop`.
    key: [] typed key.
    images: of N pool items.
    hidden: [N, *sp] or [N] true labels. Read in one expression: the labels of
      the items that were asked for.
    start: size of the starting set.
    query: the k of the loop.
    rounds: how many questions are answered.
    evaluate: state -> pytree of metrics.
    units: those of the loop: start and query count units.

  Returns:
    (final LoopState, items [rounds + 1, max(start, query)], the metrics with
    a leading axis of rounds + 1).

  Raises:
    ValueError: if start + query * rounds exceeds N.
  """
  num_items = units.count if units else images.size.shape[0]
  check_budget(num_items, start, query, rounds)
  width = max(start, query)

  def one_round(carry, _):
    state, items = carry
    told = items if units is None else items_of(units, items)
    state = loop.tell(state, items, hidden[told])
    metrics = evaluate(state)
    asked, state = loop.ask(state)
    return (state, pad_items(asked, width, num_items)), (items, metrics)

  state = loop.init(key, images, jax.eval_shape(lambda: hidden[0]))
  first = pad_items(draw_start(key, num_items, start), width, num_items)
  (state, _), (items, metrics) = jax.lax.scan(
    one_round, (state, first), length=rounds + 1
  )
  return state, items, metrics
