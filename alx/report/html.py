"""Templates to pages that need nothing else."""

import base64
import importlib.resources
import pathlib
import time
from html import escape

import jinja2


def render(template: str, context: dict) -> str:
  """A template of this package with the style of every page."""
  environment = jinja2.Environment(
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
    loader=jinja2.FunctionLoader(_source),
  )
  environment.filters["png"] = _data_uri
  environment.filters["thousands"] = _thousands
  written = time.strftime("%Y-%m-%d")
  shared = {"style": _source("style.css"), "written": written}
  return environment.get_template(template).render(shared | context)


def framed(page: pathlib.Path, height: int = 640) -> str:
  """HTML that shows a page inside another one, such as a notebook.

  Args:
    page: a file that needs nothing else.
    height: in pixels of the screen.
  """
  text = escape(page.read_text("utf-8"))
  style = f"width: 100%; height: {height}px; border: 1px solid #ccc"
  return f'<iframe style="{style}" srcdoc="{text}"></iframe>'


def _source(name):
  return (importlib.resources.files("alx.report") / name).read_text("utf-8")


def _data_uri(png):
  return "data:image/png;base64," + base64.b64encode(png).decode()


def _thousands(value):
  return f"{value:,}" if isinstance(value, int) else value
