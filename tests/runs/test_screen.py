"""Bars of a notebook, and loggers that are left as they were."""

import logging
import sys
import types

import pytest
from rich.console import Console

from alx.runs import compare, progress, screen


@pytest.fixture
def drawn(monkeypatch):
  """What a notebook was given to draw, in turn."""
  seen = []

  class Handle:
    def display(self, thing):
      seen.append(thing._repr_html_())

    update = display

  display = types.ModuleType("IPython.display")
  display.DisplayHandle = Handle
  monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
  monkeypatch.setitem(sys.modules, "IPython.display", display)
  monkeypatch.setattr(screen, "_EVERY_S", -1.0)  # draws every time
  return seen


@pytest.fixture
def console():
  return Console(force_jupyter=True)


def test_bars_of_a_notebook_need_no_widgets(drawn, console):
  with progress.progress_bars(console) as bars:
    rounds = bars.add_task("all <rounds>", total=4)
    hidden = bars.add_task("learning", visible=False)
    bars.update(rounds, completed=2)
    bars.advance(rounds)
  start, *_, end = drawn
  assert start == ""
  assert '<progress max="4" value="3"></progress> 3/4 all &lt;rounds&gt;' in end
  assert "learning" not in end and end.endswith(" s</small>")
  with bars:
    bars.update(hidden, description="x", visible=True)
  assert "<progress ></progress>  x" in drawn[-1]
  assert repr(bars) == "all <rounds> 3/4\nx 0/?"


def test_loading_is_gone_when_all_is_read(drawn, console):
  read = compare.loading(console)("abc", total=3, description="reading")
  assert list(read) == ["a", "b", "c"]
  assert '<progress max="3" value="3">' in drawn[-2] and drawn[-1] == ""
  assert list(screen.followed(["a"])) == ["a"]


def test_drawing_waits_between_two_pictures(drawn, monkeypatch):
  monkeypatch.setattr(screen, "_EVERY_S", 60.0)
  with screen.NotebookBars() as bars:
    bar = bars.add_task("a", total=100)
    for _ in range(100):
      bars.advance(bar)
  assert len(drawn) <= 3 and "100/100" in drawn[-1]


def test_loggers_are_hushed_for_a_while():
  logger = logging.getLogger("absl")
  before = logger.level
  with pytest.raises(KeyError), screen.hushed():
    assert not logger.isEnabledFor(logging.ERROR)
    raise KeyError
  assert logger.level == before
