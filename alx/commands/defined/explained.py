"""Flags that explain and end: --list_methods and --help_settings."""

import textwrap
from collections.abc import Sequence

from absl import flags

from alx.acquisition import BY_NAME
from alx.acquisition.grammar import ALIASES
from alx.acquisition.grammar.compositions import COMPOSITIONS
from alx.report import words
from alx.report.answer import plain
from alx.runs.settings import explained

flags.disclaim_key_flags()  # those defined here are the callers' own

_WIDTH, _NAME = 80, 22
_FIRST = """\
Begin with margin or badge for a classification, bald(reduce=top_fraction) for a
segmentation, class_balanced for a rare class, typiclust before there is any
label. random always runs along: many methods do not beat it."""
_FAMILIES = (  # titles by what methods read, the first that fits
  ("By chance", lambda needs: not needs - {"space"}),
  ("From features alone, before there is a model", {"features"}.__eq__),
  ("For a segmentation", lambda needs: "space" in needs),
  ("From what the model predicts", {"probs"}.__eq__),
  ("From predictions and features", {"probs", "features"}.__eq__),
  (
    "From several passes with dropout, or an ensemble",
    lambda needs: "samples" in needs,
  ),
  ("From evidence, a Dirichlet output", lambda needs: True),
)


def define_list_methods() -> None:
  """--list_methods."""
  flags.DEFINE_bool(
    "list_methods", False, "Print what each acquisition does, and end."
  )


def define_help_settings() -> None:
  """--help_settings."""
  flags.DEFINE_bool(
    "help_settings", False, "Print every field that --set takes, and end."
  )


def asked(argv: Sequence[str]) -> str | None:
  """What to print instead of working, if the words of a command ask for it.

  Before they are parsed: a flag that is wanted need not be there.
  """
  for name, text in _TEXTS.items():
    if name in flags.FLAGS and any(_is_yes(word, name) for word in argv[1:]):
      return text()
  return None


def asked_by_value() -> str | None:
  """The same of flags that are parsed, those of a --flagfile too."""
  for name, text in _TEXTS.items():
    if name in flags.FLAGS and flags.FLAGS[name].value:
      return text()
  return None


def _is_yes(word, name):
  """Whether a word of a command line sets the flag."""
  flag, equals, value = word.partition("=")
  yes = not equals or value.lower() in ("true", "t", "1")
  return flag in (f"--{name}", f"-{name}") and yes


def methods() -> str:
  """Every method and composition in a line or two, grouped."""
  lines = [_FIRST]
  for title, names in families().items():
    lines += ["", f"{title}:"]
    for name in names:
      lines += _row(name, plain.METHODS.get(name, ""))
  lines += [
    "",
    "Several of them in one, such as 'two_stage(entropy:100, badge)':",
  ]
  for name in COMPOSITIONS:
    lines += _row(name, words.ACQUISITIONS.get(name, ""))
  lines += ["", "Other names:"]
  others = ", ".join(f"{other} = {name}" for other, name in ALIASES.items())
  lines += textwrap.wrap(
    others, _WIDTH, initial_indent="  ", subsequent_indent="  "
  )
  return "\n".join(lines)


def families() -> dict[str, list[str]]:
  """The methods by the title of their family."""
  found = {title: [] for title, _ in _FAMILIES}
  for name, row in BY_NAME.items():
    needs = {*row.needs} - {"groups"}
    if name == "foreground_random":
      needs = set()
    title = next(title for title, fits in _FAMILIES if fits(needs))
    found[title].append(name)
  return found


def _row(name, sentence):
  return textwrap.wrap(
    f"{name:<{_NAME}}{sentence}",
    _WIDTH,
    initial_indent="  ",
    subsequent_indent=" " * (2 + _NAME),
    break_on_hyphens=False,
  )


_TEXTS = {"list_methods": methods, "help_settings": explained.told}
