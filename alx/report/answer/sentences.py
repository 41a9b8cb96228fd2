"""The answer as sentences, the most important first."""

import re
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx import stats
from alx.report import arms as numbers
from alx.report import words
from alx.report.answer import findings, phrases
from alx.report.answer.findings import Finding
from alx.report.answer.phrases import About
from alx.report.arms import Arm

_FROM_0 = (words.LABELS["dice"], words.LABELS["structure_dice"])


class Whole(NamedTuple):
  """The models trained on all labels of the pool."""

  score: stats.Interval
  labels: int | None


class Answer(NamedTuple):
  """What came out, for someone who has not seen the curves."""

  sentences: tuple[str, ...]
  findings: tuple[Finding, ...]


def make_answer(
  arms: Sequence[Arm], metric: str, whole: Whole | None = None
) -> Answer:
  """From curves to words; nothing is read or written.

  Args:
    arms: the curves of each acquisition, random among them or not.
    metric: a column of curve.csv.
    whole: with all labels, if such a model was trained.
  """
  arms = [arm._replace(metric=metric) for arm in arms]
  base = numbers.find(arms, "random")
  found = findings.find(arms, base) if base else []
  tests = sum(not np.isnan(finding.p) for finding in found)
  name, better = words.column(metric), numbers.better(metric)
  about = About(name, len(found), tests, better)
  if base is None:
    sentences = [_without_random(arms, about, whole)]
  else:
    others = [arm for arm in arms if arm is not base]
    sentences = _compared(base, others, found, about)
    sentences.append(_share(base, about.metric, whole))
  kept = tuple(text for text in sentences if text)
  return Answer(kept, tuple(found))


def console_lines(
  sentences: Sequence[str], width: int = 80, most: int = 3
) -> list[str]:
  """The first sentence, and those of the others that fit.

  A first sentence that needs a line more has it; of a longer one the clauses
  that fit are left, and an ellipsis.

  Args:
    sentences: of an `Answer`.
    width: of a line, in characters.
    most: lines.
  """
  kept = list(sentences[:1])
  for sentence in sentences[1:]:
    if len(_wrapped([*kept, sentence], width)) <= most:
      kept.append(sentence)
  lines = _wrapped(kept, width)
  return lines if len(lines) <= most + 1 else _shortened(kept, width, most)


def _shortened(sentences, width, most):
  """Whole clauses, as many as fit in the lines; a part of the first one."""
  clauses = re.split(r"(?<=[;.:]) ", " ".join(sentences))
  while len(clauses) > 1 and len(_wrapped([*clauses, "..."], width)) > most:
    clauses.pop()
  text = " ".join(clauses).rstrip(";:")
  return _wrapped([text, "..."], width, max_lines=most, placeholder=" ...")


def _wrapped(sentences, width, **more):
  text = " ".join(sentences)
  return textwrap.wrap(text, width, break_on_hyphens=False, **more)


def _without_random(arms, about, whole):
  if arms:
    return (
      "Random selection was not run, so nothing says how many labels were "
      f"saved: {_ends(arms, about.metric)}."
    )
  if whole is None or not np.isfinite(whole.score.mean):
    return "No round has finished yet."
  of = f"all {words.labels(whole.labels)}" if whole.labels else "all"
  score = f"{about.metric} {_mean(whole.score)}"
  return f"Only a model with {of} labels was trained: {score}."


def _compared(base, others, found, about):
  if not others:
    score = f"{about.metric} {_mean(_last(base))}"
    return [
      "Only random selection was run, so it is compared with nothing: with "
      f"{words.labels(base.labels[-1])} labels {score}."
    ]
  return [*_verdicts(found, about), _left_out(others, found, base)]


def _verdicts(found, about):
  """Who needs fewer; who cannot be told apart; who needs more; the rest."""
  groups = {}
  for finding in found:
    groups.setdefault(finding.verdict, []).append(finding)

  def of(verdict):
    return groups.get(verdict, [])

  told, ahead = of(findings.OPEN), of(findings.FEWER)
  fewer = phrases.fewer(ahead, about)
  better = phrases.apart(of(findings.BETTER), about, ahead)
  if fewer or better:
    head = [*fewer, better, phrases.not_told(told)]
  else:
    head = _nothing(told, about)
  ahead = [*ahead, *of(findings.BETTER), *told]
  more = phrases.more(of(findings.MORE), about, ahead)
  ahead += of(findings.MORE)
  worse = phrases.apart(of(findings.WORSE), about, ahead)
  known = [*head, more, worse]
  few = phrases.few(of(findings.FEW), about, alone=not any(known))
  return [*known, few, phrases.unknown(of(findings.UNKNOWN))]


def _nothing(told, about):
  """No method is ahead: the best one, and what would have been seen."""
  if not told:
    return []
  methods = [f for f in told if f.name not in stats.BASELINES]
  best = max(methods or told, key=lambda f: f.gap.mean)
  return [
    phrases.nothing(best, about),
    phrases.nearest(best, about),
    phrases.others([f for f in told if f is not best]),
  ]


def _left_out(others, found, base):
  """Why an arm is not compared, of those that are not."""
  known = {finding.name for finding in found}
  told = [arm for arm in others if arm.name not in known]
  shorter = [arm for arm in told if set(arm.seeds) & set(base.seeds)]
  unpaired = [words.plain(arm.name) for arm in told if arm not in shorter]
  texts = [
    f"Not compared: {words.plain(arm.name)} ends at "
    f"{words.labels(arm.labels[-1])} labels, random at "
    f"{words.labels(base.labels[-1])}."
    for arm in shorter
  ]
  if unpaired:
    texts.append(
      "Not compared, for want of a seed that random has finished too: "
      f"{words.listed(unpaired)}."
    )
  return " ".join(texts)


def _ends(arms, metric):
  """'with 28 labels entropy has Dice 0.780 (3 seeds), BALD 0.740 (3 seeds)'."""
  texts, before = [], None
  for arm in arms:
    at, name = arm.labels[-1], words.plain(arm.name)
    score = _mean(_last(arm))
    same = at == before
    text = f"{name} {score}" if same else f"{name} has {metric} {score}"
    texts.append(text if same else f"with {words.labels(at)} labels {text}")
    before = at
  return ", ".join(texts)


def _last(arm):
  found = numbers.band(arm.scores, arm.metric)
  return stats.Interval(*(np.asarray(x)[-1] for x in found))


def _mean(found):
  """'0.820 (95% interval 0.810 to 0.830, 3 seeds)'."""
  seeds = words.counted(int(found.count), "seed")
  if np.isfinite(found.low):
    seeds = f"95% interval {words.bounds(found)}, {seeds}"
  return f"{words.number(found.mean)} ({seeds})"


def _share(base, metric, whole):
  """Random's last score beside the one of all labels."""
  last = _last(base).mean
  if whole is None or not np.isfinite([whole.score.mean, last]).all():
    return ""
  of = f" of {words.labels(whole.labels)}" if whole.labels else ""
  score, full = words.number(last), words.number(whole.score.mean)
  start = f"With {words.labels(base.labels[-1])}{of} labels "
  start += f"random reaches {metric} {score}"
  if base.better * (whole.score.mean - last) <= 0:
    return f"{start}; the model of all labels is not better ({full})."
  if metric not in _FROM_0:  # 0 is no bottom of the others
    return f"{start}; the model of all labels has {full}."
  share = f"{min(round(100 * last / whole.score.mean), 99)}%"
  if last / whole.score.mean >= 0.995:
    share = f"over {share}"
  return f"{start}, {share} of the model of all labels ({full})."
