"""A contact sheet of pictures: one PNG, and a page with their classes."""

import base64
import html
import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

from alx.projects.cases.targets import files_of
from alx.projects.store.project import Project
from alx.projects.store.state import Task

_SIDE, _TEXT, _COLUMNS, _MOST = 128, 14, 6, 60


def files(project: Project, tasks: Sequence[Task]) -> dict[str, bytes]:
  """sheet.png (sheet_2.png ...) and sheet.html; none of volumes."""
  if project.settings["kind"] != "picture" or not tasks:
    return {}
  tasks = list({task.name: task for task in reversed(tasks)}.values())[::-1]
  found = {}
  for start in range(0, len(tasks), _MOST):
    part = tasks[start : start + _MOST]
    number = start // _MOST + 1
    name = "sheet.png" if number == 1 else f"sheet_{number}.png"
    found[name] = _png(project, part)
  found["sheet.html"] = _page(project, tasks).encode()
  return found


def _thumbnail(project, uid):
  file = files_of(project, project.state.cases[uid])[0]
  with Image.open(file) as image:
    small = image.convert("RGB")
  scale = min(_SIDE / small.width, _SIDE / small.height)
  size = max(1, round(small.width * scale)), max(1, round(small.height * scale))
  return small.resize(size)


def _said(project, task):
  """What the model says, where the reader may see it."""
  if task.shown is None:
    return ""
  return project.class_names[task.shown.label]


def _png(project, tasks):
  rows = math.ceil(len(tasks) / _COLUMNS)
  columns = min(_COLUMNS, len(tasks))
  height = _SIDE + 2 * _TEXT
  sheet = Image.new(
    "RGB", (columns * (_SIDE + 8), rows * (height + 8)), "white"
  )
  draw = ImageDraw.Draw(sheet)
  for place, task in enumerate(tasks):
    x = place % _COLUMNS * (_SIDE + 8) + 4
    y = place // _COLUMNS * (height + 8) + 4
    sheet.paste(_thumbnail(project, task.uid), (x, y + 2 * _TEXT))
    draw.text((x, y), f"{task.rank} {task.name}"[:22], "black")
    draw.text((x, y + _TEXT), _said(project, task)[:22], "gray")
  content = io.BytesIO()
  sheet.save(content, "PNG")
  return content.getvalue()


def _page(project, tasks):
  cells = []
  for task in tasks:
    content = io.BytesIO()
    _thumbnail(project, task.uid).save(content, "PNG")
    data = base64.b64encode(content.getvalue()).decode()
    said = html.escape(_said(project, task))
    cells.append(
      f'<figure><img alt="{task.name}" src="data:image/png;base64,{data}">'
      f"<figcaption><b>{task.rank}</b> {task.name}<br>{said}</figcaption>"
      "</figure>"
    )
  names = ", ".join(
    f"{i} = {html.escape(name)}" for i, name in enumerate(project.class_names)
  )
  style = "figure{display:inline-block;margin:6px;font:12px sans-serif}"
  return (
    f'<!doctype html><meta charset="utf-8"><title>Contact sheet</title>'
    f"<style>{style}</style><p>Write the class of each in "
    f"out/YOUR-NAME/worklist.csv, column label: {names}</p>{''.join(cells)}\n"
  )
