"""What came out of a cold-start study, what may be concluded and what not."""

import numpy as np

from alx.report import words
from alx.runs.compare import Comparison
from experiments.cold.gaps import ALPHA
from experiments.cold.plan import FOREGROUND
from experiments.cold.results import Results

_MOST_NAMES = 8
_ONE_SEED = "With one seed there is no interval and no test"


def summary(results: Results) -> str:
  """What came out, in a few sentences."""
  lines = results.compared
  against = (
    f"{words.counted(len(lines), 'comparison')} with random sets of the same "
    "size"
  )
  if results.plan.seeds < 2:
    ahead = sum(line.minus_random.mean > 0 for line in lines)
    return (
      f"{_ONE_SEED}: in {ahead} of {against} the arm is ahead, which may be "
      f"chance. {_best(results)}"
    )
  above, below, sure = _told(lines, "minus_random")
  return (
    f"Of {against}, by 95% intervals that exclude 0: {len(above)} above "
    f"random, {len(below)} below; {len(sure)} after correction for the number "
    f"of comparisons. {_best(results)}"
  )


def _best(results):
  """The highest mean at each budget, baselines among the candidates."""
  told = []
  for budget in results.plan.budgets:
    mine = [line for line in results.lines if line.budget == budget]
    known = [line for line in mine if np.isfinite(line.score.mean)]
    if known:
      best = max(known, key=lambda line: float(line.score.mean))
      score = words.number(best.score.mean)
      told.append(f"{best.name} at {budget} labels ({score})")
  if not told:
    return ""
  return (
    f"The highest means: {words.listed(told)}; the highest of "
    f"{len(results.plan.arms)} arms is high by chance alone, too."
  )


def conclusions(ready: Comparison, results: Results) -> tuple[str, ...]:
  """What may be concluded, and what may not."""
  found = [f"{_ONE_SEED}: nothing can be told from chance."]
  if results.plan.seeds > 1:
    found = [
      _verdict(results),
      *_resolution(results),
      _second_look(results),
      *_against_foreground(results),
      *_repeats(results),
    ]
  return (*found, _limits(len(ready.problem.split.test)))


def _told(lines, baseline):
  """(above, below, still there after Holm) by the interval of a gap."""
  gaps = [(line, getattr(line, baseline)) for line in lines]
  return (
    [line for line, gap in gaps if gap.low > 0],
    [line for line, gap in gaps if gap.high < 0],
    [line for line, gap in gaps if gap.p_holm < ALPHA],
  )


def _tally(lines, baseline):
  """The same as a sentence, with names."""
  above, below, sure = _told(lines, baseline)
  return (
    f"{len(above)} of {len(lines)} above 0{_named(above)}, {len(below)} below"
    f"{_named(below)}; after Holm's correction {len(sure)}{_named(sure)}."
  )


def _named(lines):
  """Behind their number, unless there are too many to read."""
  if not lines:
    return ""
  if len(lines) > _MOST_NAMES:
    return " (see the tables)"
  named = [f"{x.name} at {x.budget} labels" for x in lines]
  return f" ({words.listed(named)})"


def _verdict(results):
  lines = results.compared
  none = not _told(lines, "minus_random")[2]
  return (
    "Intervals of the differences to random in pairs, each by itself: "
    f"{_tally(lines, 'minus_random')} {_by_chance(len(lines))}"
    + (" No arm is shown to differ from random." if none else "")
  )


def _by_chance(count):
  """How many intervals would exclude 0 if nothing differed."""
  share = ALPHA / 2
  told = (
    "Where nothing differs an interval lies above 0 with a probability of "
    f"{100 * share:g}%, and below 0 with the same"
  )
  if count == 1:
    return f"{told}."
  expected = count * share
  return (
    f"{told}: on average {words.number(expected, 1 if expected >= 1 else 2)} "
    f"of {count} on either side. But the comparisons share their random sets, "
    "so that false positives come together: mostly none, sometimes many."
  )


def _resolution(results):
  """How large an effect must be to be seen, with and without correction."""
  count = len(results.compared)
  alone = _median_half(results, 1)
  if not np.isfinite(alone):
    return ()
  told = (
    f"In the median the interval of a difference reaches {words.number(alone)} "
    f"{results.metric_name} to either side by itself"
  )
  if count > 1:
    told += (
      f", and {words.number(_median_half(results, count))} corrected for all "
      f"{count} comparisons (Bonferroni's correction, the first step of "
      "Holm's). The verdict goes by the corrected ones"
    )
  seeds = words.counted(results.plan.seeds, "seed")
  return (f"{told}: smaller effects cannot be told from none with {seeds}.",)


def _median_half(results, count):
  halves = [line.minus_random.half(count) for line in results.compared]
  known = [half for half in halves if np.isfinite(half)]
  return float(np.median(known)) if known else np.nan


def _second_look(results):
  plan = results.plan
  return (
    f"Against all {plan.draws} random sets of a size, by Welch's intervals: "
    f"{_tally(results.compared, 'minus_draws')} This takes the models of an "
    f"arm and the random sets as independent, though {plan.seeds} of the sets "
    f"share seeds with the arm. A percentile is as coarse as {plan.draws} sets "
    f"are: one of them is {words.number(100 / plan.draws, 0)} points."
  )


def _against_foreground(results):
  if FOREGROUND not in results.plan.baselines:
    return ()
  return (
    f"In pairs with {words.plain(FOREGROUND)}, which knows what a reader would "
    f"not: {_tally(results.compared, 'minus_foreground')}",
  )


def _repeats(results):
  """Arms that chose one set whatever the seed."""
  fixed = [line for line in results.lines if line.distinct_sets == 1]
  if not fixed:
    return ()
  return (
    f"Of {len(results.lines)} arms at one number of labels {len(fixed)} chose "
    f"the same items in every seed{_named(fixed)}: their spread is that of "
    "training alone, and no interval says how such a choice does elsewhere.",
  )


def _limits(num_test):
  return (
    f"One data set, one split of it with {num_test} test items, one network "
    "and one schedule: nothing here speaks of others. The seeds repeat the "
    "choice and the training, not the drawing of the pool or of the test "
    "items, and of every model only the mean over the test items is kept: "
    "there is no interval over test patients."
  )
