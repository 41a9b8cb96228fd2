"""What the words of the answer mean, for its box on the page."""

import re
from collections.abc import Sequence

import numpy as np

from alx.acquisition.grammar import names_in
from alx.report import words
from alx.report.answer import plain
from alx.report.answer.sentences import Answer
from alx.report.arms import Arm
from alx.report.read import Study


def glossary(
  study: Study, arms: Sequence[Arm], answer: Answer
) -> list[tuple[str, str]]:
  """(word, half a sentence), in the order in which a reader needs them."""
  found = [_label(study), *_methods(arms)]
  measure = plain.MEASURES.get(study.metric)
  if measure:
    found.append((words.column(study.metric), measure))
  said = " ".join(answer.sentences)
  if " what random has " in said or "'s final " in said:
    found.append(("what random has", _goal(study.metric)))
  if "paired seeds" in said:
    found += _chance(answer.findings)
  if re.search(r"\babout \d", said):
    found.append(("about", _between_rounds(arms)))
  return found


def _label(study):
  kind = (study.dataset.get("scored") or {}).get("kind", "image")
  if study.budget in plain.COUNTED:
    return "a label", plain.COUNTED[study.budget]
  if study.unit in plain.PARTS:
    dominant = study.config.get("answer") == "dominant"
    work = plain.DOMINANT if dominant else plain.WORK["segmentation"]
    return "a label", work.format(plain.PARTS[study.unit].format(kind))
  task = study.dataset.get("task")
  text = plain.WORK.get(task, "one {} with an expert's answer")
  return "a label", text.format(kind)


def _methods(arms):
  names = []
  for arm in arms:
    names += [arm.name] if words.is_name(arm.name) else names_in(arm.name)
  return [
    (words.plain(name), plain.METHODS[name])
    for name in dict.fromkeys(names)
    if name in plain.METHODS
  ]


def _goal(metric):
  return (
    f"its {words.column(metric)} with its last labels, mean over the "
    "seeds that both have: set by random alone, whoever wins"
  )


def _chance(found):
  seeds = max(finding.seeds for finding in found)
  tests = sum(not np.isnan(finding.p) for finding in found)
  text = "where the true number lies, in 95 of 100 such studies"
  if tests > 1:
    text += f"; wider because random was held against {tests} others (Holm)"
  return [
    (
      "paired seeds",
      f"{seeds} repeats of everything, in each of which all methods begin with "
      "the same labels",
    ),
    ("95% interval", f"{text}; it speaks of these test items alone"),
  ]


def _between_rounds(arms):
  steps = np.concatenate([np.diff(arm.labels) for arm in arms])
  step = words.span(steps) if len(steps) else "some"
  return (
    f"labels came {step} at a time; between two rounds scores are read off a "
    "straight line"
  )
