"""What the page of the study says of data, protocol and what differs."""

import dataclasses

from alx.report import Section, words
from alx.report.read import Study
from alx.report.tables import Table
from experiments.kim import courses, deviations
from experiments.kim.presets import PRESETS
from experiments.kim.settings import Kim

_OF_THE_RUN = ("data", "acquisition", "seeds", "first_seed", "split_seed")
_DIFFERENCES = (
  "Every setting in which text, public code and this study are not all alike; "
  "open: the text is silent. Sizes below the paper's also decide settings that "
  "a preset names."
)


def data(study: Study) -> Section:
  """What was trained and tested on."""
  about, own = study.dataset, study.config
  classes = words.listed(about["class_names"][1:])
  lines = [
    f"{about['name']}: {about['num_pool']} volumes may be labelled, "
    f"{about['num_test']} are only tested on, parted by {about['split_by']}. "
    f"Foreground: {classes}."
  ]
  if about.get("scored"):
    lines.append(f"{words.scored(about['scored'], 'dice')}.")
  if own.get("channels"):
    lines.append(f"Channels: {words.listed(own['channels'])}.")
  if about["split_by"] == "item":
    lines.append(
      "No patients are known: volumes of one patient may be on both sides."
    )
  if about["left_out"]:
    lines.append(f"{len(about['left_out'])} cases could not be used.")
  lines.append(_EMPTY[own.get("empty", "nan")])
  return Section("Data", tuple(lines))


_EMPTY = {
  "nan": "A volume without foreground has no Dice where none is predicted, and "
  "0 where some is: the number of volumes that a mean is over may differ "
  "between models, and is told with each.",
  "one": "A volume without foreground has a Dice of 1 where none is predicted, "
  "and 0 where some is.",
}


def protocol(study: Study) -> Section:
  """How it was trained, and every setting that is not the paper's."""
  own = study.config
  text = (
    f"{own['start']} volumes drawn by chance, the same for all arms, then "
    f"{own['rounds']} rounds of {own['query']}. In every round a network is "
    f"trained from scratch on {100 * (1 - own['held_out']):.0f} % of what is "
    "labelled; the rest, drawn anew, decides when to stop and which epoch is "
    "kept. Arms of one training share the first model; all seeds are paired. "
    "The model on all labels is trained in the same way."
  )
  table = Table(["setting", "text", "code", "here"], _differences(own))
  fits = courses.told(study.workdir, own["epochs"])
  return Section("Protocol", (text, *fits), (), ((table, _DIFFERENCES),))


def _differences(own):
  text = dataclasses.asdict(Kim())
  code = text | PRESETS["code"]
  rows = []
  for name in text:
    cells = [_text(values[name]) for values in (text, code, text | own)]
    if len(set(cells)) > 1 and name not in _OF_THE_RUN:
      mark = " (open)" if name in deviations.OPEN else ""
      rows.append([name, cells[0] + mark, *cells[1:]])
  return rows


def not_done(study: Study) -> Section:
  """What the text leaves open, and what is not followed."""
  known = dataclasses.asdict(Kim()) | study.config
  rows = [
    [name, text, _text(known[name])] for name, text in deviations.OPEN.items()
  ]
  open_table = Table(["open in the text", "", "here"], rows)
  lines = f"Followed in no preset: {'; '.join(deviations.NOT_DONE)}."
  return Section("Not as published", (lines,), (), ((open_table, ""),))


def _text(value):
  if isinstance(value, list | tuple):
    return ", ".join(map(str, value)) or words.NOTHING
  return str(value)
