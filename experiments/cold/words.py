"""What a cold-start page says of the study itself, out of its settings."""

from alx import label_free
from alx.report import words
from alx.runs.compare import Comparison
from alx.runs.problem import cases
from experiments.cold.plan import FOREGROUND, Plan
from experiments.cold.results import Results


def title(ready: Comparison) -> str:
  """The question."""
  name = ready.problem.dataset.name
  return f"Which items of {name} to label first, without any label?"


def data(ready: Comparison) -> tuple[str, ...]:
  """What was learned from, and what it was tested on."""
  dataset, split = ready.problem.dataset, ready.problem.split
  metric = "Dice" if dataset.task == "segmentation" else "AUC"
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
    f"{len(dataset.left_out)} could not be read. "
    f"{words.scored(cases.scored(dataset, split.test), metric)}.",
  )


def protocol(ready: Comparison, results: Results) -> tuple[str, ...]:
  """How, so that it can be done again."""
  plan = results.plan
  return (
    _encoders(plan),
    _methods(plan) + _training(ready.config),
    *_foreground(plan),
    _comparisons(plan, len(results.compared)),
  )


def _encoders(plan: Plan):
  told = [
    f"Encoders: {words.listed(plan.encoders)}. They learn from the images of "
    "the pool alone, never from a label or a test item. Images are resampled "
    f"to at most {plan.encoding.longest} voxels an axis."
  ]
  if "pca" in plan.encoders:
    told.append(
      f"pca takes the first {plan.encoding.widths[-1]} principal components at "
      "most, the same for every seed."
    )
  told += _networks(plan)
  return " ".join([*told, "Features have the pool's mean taken away."])


def _networks(plan):
  names = [n for n in plan.encoders if n not in label_free.WITHOUT_KEY]
  if not names:
    return []
  widths = words.listed([str(width) for width in plan.encoding.widths])
  told = [
    f"{words.listed(names)}: networks of {widths} channels, trained for "
    f"{plan.encoding.steps} steps of {plan.encoding.batch} items, anew for "
    "every seed."
  ]
  if "simclr" in names:
    told.append("simclr does not contrast items of one patient.")
  return told


def _methods(plan):
  names = [words.plain(name) for name in (*plan.baselines, *plan.methods)]
  budgets = [str(budget) for budget in plan.budgets]
  return (
    f"Methods: {words.listed(names)}, each asked once for "
    f"{words.listed(budgets)} items with nothing labelled. "
  )


def _training(config):
  return (
    "Then one model is trained from scratch on these items "
    f"({config.model}, {config.steps} steps of {config.batch}) and tested. "
    "A seed decides the encoder, the draws of the method and of random, the "
    "first weights and the batches of the model, and is the same for all arms."
  )


def _foreground(plan):
  if FOREGROUND not in plan.baselines:
    return ()
  return (
    f"{words.plain(FOREGROUND).capitalize()} is random's order without the "
    "items whose true label is background alone. Nobody knows these before "
    "reading them: it uses what a reader would not know, and is a mark to hold "
    "the methods against, not one of them.",
  )


def _comparisons(plan, count):
  return (
    f"{words.counted(plan.seeds, 'seed')} for every arm, "
    f"{words.counted(plan.draws, 'random set')} of each size. Differences are "
    "of pairs of one seed, and these decide. Beside them every arm is held "
    "against all random sets of its size by Welch's test, which uses more sets "
    "and no pairs. Intervals are Student's t over seeds, 95%, each by itself; "
    f"Holm's correction is over all {count} comparisons with one baseline."
  )


def pairs_note(budget: int) -> str:
  """Below the first table of a number of labels."""
  return f"{budget} labels, in pairs of one seed."


def beside_note(plan: Plan, budget: int) -> str:
  """Below the second table: what its columns are."""
  note = (
    f"{budget} labels, against all {words.counted(plan.draws, 'random set')}. "
    "Percentile: where a model stands among them, mean over seeds; 50 is no "
    f"better than random, and one set is {words.number(100 / plan.draws, 0)} "
    "points."
  )
  if FOREGROUND in plan.baselines:
    note += f" Differences to {words.plain(FOREGROUND)} are of pairs."
  return note


def curve_caption(plan: Plan, encoder: str) -> str:
  """Of the curve of one encoder."""
  return (
    f"Models trained on first labels chosen on the features of {encoder}, and "
    "on random ones. Lines are means and bands 95% intervals over "
    f"{words.counted(plan.seeds, 'seed')}; every point is a set of its own, "
    "not a growing one."
  )


def coverage_note(encoder: str) -> str:
  """Below the table of coverage."""
  return (
    f"{encoder}: mean distance of the pool's items to the nearest labelled "
    "one, as a multiple of that of the random set of the seed. Below 1 the "
    "pool is covered better."
  )


def full_sentence(results: Results) -> str:
  """What all labels give."""
  found = results.full()
  return (
    f"With all {results.num_pool} labels of the pool the same training gives "
    f"{results.metric_name} {words.number(found.mean)} ({words.bounds(found)})."
  )
