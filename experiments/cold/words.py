"""What a cold-start study says, sentence by sentence, out of its numbers."""

import numpy as np

from alx.report import words
from experiments.cold.plan import NO_ENCODER, RANDOM
from experiments.cold.results import Line, Results
from experiments.compare import Comparison

_ALPHA = 0.05


def title(ready: Comparison) -> str:
  """The question."""
  name = ready.problem.dataset.name
  return f"Which items of {name} to label first, without any label?"


def summary(results: Results) -> str:
  """What came out."""
  lines = compared(results)
  above, below = _above(lines), _below(lines)
  sure = [line for line in above + below if line.p_holm < _ALPHA]
  return (
    f"Of {words.counted(len(lines), 'comparison')} with random sets of the "
    f"same size, {len(above)} are above random by a 95% interval that excludes "
    f"0, and {len(below)} below; {len(sure)} remain after correction for the "
    f"number of comparisons. {_best(results)}"
  )


def _best(results):
  """The highest mean at each budget, random among the candidates."""
  told = []
  for budget in results.plan.budgets:
    mine = [line for line in results.lines if line.budget == budget]
    known = [line for line in mine if np.isfinite(line.score.mean)]
    if known:
      best = max(known, key=lambda line: float(line.score.mean))
      score = words.number(best.score.mean)
      told.append(f"{best.name} at {budget} labels ({score})")
  return f"The highest means: {words.listed(told)}." if told else ""


def data(ready: Comparison) -> tuple[str, ...]:
  """What was learned from, and what it was tested on."""
  dataset, split = ready.problem.dataset, ready.problem.split
  shape = " x ".join(map(str, ready.problem.images.values.shape[1:]))
  patients = ""
  if dataset.groups is not None:
    count = len({dataset.groups[i] for i in split.pool})
    patients = f" of {words.counted(count, 'patient')}"
  return (
    f"{dataset.name}: {dataset.task}, {len(dataset.class_names)} classes "
    f"({words.listed(dataset.class_names)}). The pool holds {len(split.pool)} "
    f"items{patients}, at most {shape}; {len(split.test)} items are tested on "
    f"(split by {split.by}) and {len(split.unused)} are not used. "
    f"{len(dataset.left_out)} could not be read.",
  )


def protocol(ready: Comparison, results: Results) -> tuple[str, ...]:
  """How, so that it can be done again."""
  plan, config = results.plan, ready.config
  encoding = plan.encoding
  return (
    f"Encoders: {words.listed(plan.encoders)}. They learn from the images of "
    "the pool alone, never from a label or a test item. Images are resampled "
    f"to at most {encoding.longest} voxels an axis; networks have "
    f"{words.listed([str(w) for w in encoding.widths])} channels and are "
    f"trained for {encoding.steps} steps of {encoding.batch} items, anew for "
    "every seed; items of one patient are not contrasted with each other. "
    "Features have the pool's mean taken away.",
    f"Methods: {words.listed([words.plain(m) for m in plan.methods])}, each "
    f"asked once for {words.listed([str(b) for b in plan.budgets])} items with "
    "nothing labelled. Then one model is trained from scratch on these items "
    f"({config.model}, {config.steps} steps of {config.batch}) and tested. "
    "A seed decides the encoder, the draws of the method and of random, the "
    "first weights and the batches of the model, and is the same for all arms.",
    f"{words.counted(plan.seeds, 'seed')} for every arm, "
    f"{words.counted(plan.draws, 'random set')} of each size for the "
    "percentiles. Intervals are Student's t over seeds, 95%; differences are "
    "of pairs of one seed; Holm's correction is over all "
    f"{len(compared(results))} comparisons.",
  )


def curve_caption(results: Results, encoder: str) -> str:
  """Of the curve of one encoder."""
  return (
    f"Models trained on first labels chosen on the features of {encoder}, and "
    "on random ones. Lines are means and bands 95% intervals over "
    f"{words.counted(results.plan.seeds, 'seed')}; every point is a set of its "
    "own, not a growing one."
  )


def conclusions(ready: Comparison, results: Results) -> tuple[str, ...]:
  """What may be concluded, and what may not."""
  lines = compared(results)
  return (
    _verdict(lines),
    _resolution(lines, results),
    *_repeats(results),
    f"One data set, one split of it with {len(ready.problem.split.test)} test "
    "items, one network and one schedule: nothing here speaks of others. The "
    "seeds repeat the choice and the training, not the drawing of the pool or "
    "of the test items.",
  )


def _verdict(lines):
  above, below = _above(lines), _below(lines)
  sure = [line for line in lines if line.p_holm < _ALPHA]
  expected = words.number(_ALPHA / 2 * len(lines), 1)
  return (
    f"By themselves, {len(above)} of {len(lines)} intervals lie above 0"
    f"{_named(above)} and {len(below)} below{_named(below)}; about {expected} "
    "on either side are expected where nothing differs. After Holm's "
    f"correction {len(sure)} remain{_named(sure)}."
    + ("" if sure else " No arm is shown to differ from random.")
  )


def _named(lines):
  if not lines:
    return ""
  named = [f"{x.name} at {x.budget} labels" for x in lines]
  return f" ({words.listed(named)})"


def _resolution(lines, results):
  halves = [float(x.minus_random.high - x.minus_random.low) / 2 for x in lines]
  halves = [half for half in halves if np.isfinite(half)]
  if not halves:
    return "With one seed nothing can be told from chance."
  metric = words.LABELS.get(results.metric, results.metric)
  return (
    f"The intervals of the differences reach {words.number(np.median(halves))} "
    f"{metric} to either side in the median: smaller effects cannot be told "
    f"from none with {words.counted(results.plan.seeds, 'seed')}."
  )


def _repeats(results):
  """Arms that chose one set whatever the seed."""
  fixed = [
    line
    for line in results.lines
    if line.distinct_sets == 1 and results.plan.seeds > 1
  ]
  if not fixed:
    return ()
  return (
    f"{len(fixed)} of {len(results.lines)} arms chose the same items in every "
    f"seed{_named(fixed)}: their spread is that of training, and how such a "
    "choice does elsewhere is not in it.",
  )


def full_sentence(results: Results) -> str:
  """What all labels give."""
  found = results.full()
  metric = words.LABELS.get(results.metric, results.metric)
  bounds = words.bounds(found)
  return (
    f"With all {results.num_pool} labels of the pool the same training gives "
    f"{metric} {words.number(found.mean)} ({bounds})."
  )


def compared(results: Results) -> list[Line]:
  """The lines that are held against random."""
  return [
    line
    for line in results.lines
    if (line.encoder, line.method) != (NO_ENCODER, RANDOM)
  ]


def _above(lines):
  return [line for line in lines if line.minus_random.low > 0]


def _below(lines):
  return [line for line in lines if line.minus_random.high < 0]
