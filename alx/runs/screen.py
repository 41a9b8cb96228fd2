"""What a run shows while it works: in a terminal, and in a notebook."""

import contextlib
import html
import logging
import textwrap
import time
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from rich.console import Console

# What they say is told in our words.
_TALKATIVE = ("absl", "asyncio", "jax", "PIL")
WIDTH = 80  # characters of a line
_NAME = 22  # of a method in its column
_EVERY_S = 0.2  # between two drawings of a bar in a notebook


def make_console() -> Console:
  """Prints texts as they are: a name in brackets is no colour."""
  return Console(markup=False, emoji=False, highlight=False)


def hush() -> None:
  """Jax, orbax and Pillow tell nothing of themselves from here on."""
  for name in _TALKATIVE:
    logging.getLogger(name).setLevel(logging.CRITICAL)


@contextlib.contextmanager
def hushed() -> Iterator[None]:
  """The same for a while: the loggers of a notebook are its user's."""
  loggers = [logging.getLogger(name) for name in _TALKATIVE]
  levels = [logger.level for logger in loggers]
  hush()
  try:
    yield
  finally:
    for logger, level in zip(loggers, levels, strict=True):
      logger.setLevel(level)


def aligned(rows: Sequence[Sequence[str]], name: int = _NAME) -> list[str]:
  """Lines of columns, the first to the left; a long name has its own line.

  Args:
    rows: cells, as many in each.
    name: characters of the first column.
  """
  columns = list(zip(*rows, strict=True))[1:]
  widths = [max(map(len, column)) for column in columns]
  fitting = [len(row[0]) for row in rows if len(row[0]) <= name]
  first, lines = max(fitting, default=name), []
  for title, *cells in rows:
    if len(title) > first:
      lines += textwrap.wrap(title, WIDTH, break_on_hyphens=False)
      title = ""
    texts = (c.rjust(w) for c, w in zip(cells, widths, strict=True))
    lines.append("  ".join([title.ljust(first), *texts]).rstrip())
  return lines


class _Task(NamedTuple):
  description: str
  total: float | None
  visible: bool
  completed: float = 0


class NotebookBars:
  """Bars as one output of a cell that is drawn again, without widgets."""

  def __init__(self, transient: bool = False):
    """Shows nothing yet; `transient` bars are gone at the end."""
    self._tasks, self._transient = [], transient
    self._handle, self._drawn, self._begun = None, 0.0, time.monotonic()

  def __enter__(self) -> "NotebookBars":
    from IPython.display import DisplayHandle  # only there in a notebook

    self._handle = DisplayHandle()
    self._handle.display(self)
    return self

  def __exit__(self, *_) -> None:
    if self._transient:
      self._tasks = []
    self._draw()

  def add_task(
    self, description: str, total: float | None = None, visible: bool = True
  ) -> int:
    """A new bar; the number it is moved by."""
    self._tasks.append(_Task(description, total, visible))
    return len(self._tasks) - 1

  def update(
    self,
    task_id: int,
    *,
    completed: float | None = None,
    description: str | None = None,
    total: float | None = None,
    visible: bool | None = None,
  ) -> None:
    """Changes what is given."""
    new = {
      "description": description,
      "total": total,
      "visible": visible,
      "completed": completed,
    }
    given = {name: x for name, x in new.items() if x is not None}
    self._tasks[task_id] = self._tasks[task_id]._replace(**given)
    if time.monotonic() - self._drawn > _EVERY_S:
      self._draw()

  def advance(self, task_id: int) -> None:
    """One more is done."""
    self.update(task_id, completed=self._tasks[task_id].completed + 1)

  def _draw(self):
    self._drawn = time.monotonic()
    self._handle.update(self)

  def _repr_html_(self) -> str:
    """What a notebook draws."""
    lines = [_bar(task) for task in self._tasks if task.visible]
    if lines:
      lines.append(f"<small>{time.monotonic() - self._begun:.0f} s</small>")
    return "<br>".join(lines)

  def __repr__(self) -> str:
    """What is left where no HTML is drawn."""
    return "\n".join(
      f"{t.description} {t.completed}/{t.total or '?'}" for t in self._tasks
    )


def followed(
  items: Collection, total: int | None = None, description: str = "loading"
) -> Iterator[Any]:
  """The items, behind a bar of a notebook that is gone at the end."""
  with NotebookBars(transient=True) as bars:
    bar = bars.add_task(description, total or len(items))
    for item in items:
      yield item
      bars.advance(bar)


def _bar(task):
  total, done = task.total, task.completed
  size = f'max="{total}" value="{done}"' if total else ""
  count = f"{done}/{total}" if total else ""
  text = html.escape(task.description)
  return f"<progress {size}></progress> {count} {text}"
