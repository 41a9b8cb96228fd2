"""Labelling with people, over HTTP: a project for 3D Slicer and browsers.

  alx project init DIR --data=FOLDER --classes=background,anterior,posterior
  alx project next DIR
  alx serve DIR --open
  alx serve DIR --port=8000

The page for browsers is at http://127.0.0.1:8000/label/; --open opens it. 3D
Slicer's plugin of MONAI Label connects to http://127.0.0.1:8000 as it is, and
so does its Python client. Each reader is handed the next case, which nobody
else has for --lease hours. A label goes through the same door as a file of
`alx project import`; files and server may be used side by side. A fit runs in a
process of its own, one at a time; its model serves if the gate lets it.

Without --tokens only this machine can connect, and everybody on it may do
everything. The file has lines of NAME ROLE TOKEN, where the role is annotator
(labels), reviewer (also begins and stops fits, approves labels) or admin (also
promotes by name), and only its owner may read it (chmod 600).

It wants the extra alx[serve]: pip install "alx-imaging[serve]".
"""

import functools
import importlib.util
import threading
import webbrowser

from absl import flags

from alx.commands import command
from alx.commands.projects.session import say

_PORT = flags.DEFINE_integer("port", 8000, "To listen at; 0: a free one.")
_HOST = flags.DEFINE_string(
  "host", "127.0.0.1", "To listen at; another machine's way in wants --tokens."
)
_TOKENS = flags.DEFINE_string(
  "tokens", None, "A file of lines NAME ROLE TOKEN that only its owner reads."
)
_LEASE = flags.DEFINE_float(
  "lease", 4.0, "Hours that a reader has a case for himself."
)
_AHEAD = flags.DEFINE_integer(
  "ahead",
  1,
  "The next round is asked for, with a fit of what is new, when fewer cases "
  "than this wait; 0: only when a reviewer says so.",
)
_NAME = flags.DEFINE_multi_string(
  "name", [], "A name by which the server is called from elsewhere; repeatable."
)
_ORIGIN = flags.DEFINE_multi_string(
  "origin",
  [],
  "A page of another place that may call, https://...; repeatable.",
)
_RATE = flags.DEFINE_integer(
  "rate",
  None,
  "Requests a minute of each who calls with --tokens, more are told to wait; "
  "0: any number. Default: 3000.",
)
_OPEN = flags.DEFINE_boolean(
  "open", False, "Open the page on which people label, in this browser."
)


def main(argv: list[str]) -> None:
  """Serves until Ctrl-C; for the exit codes see --help."""
  with command.session() as console:
    with command.wrong_input():
      folder = _folder_of(argv)
      _want_extra()
      from alx.serve import run
      from alx.serve.page import files
      from alx.serve.page.routes import page_routes

      if _OPEN.value and not files.has_viewer():
        raise ValueError(files.NO_VIEWER)

      settings = run.Settings(
        host=_HOST.value,
        port=_PORT.value,
        tokens=_TOKENS.value and command.path_of(_TOKENS.value),
        lease_s=3600 * _LEASE.value,
        ahead=_AHEAD.value,
        names=tuple(_NAME.value),
        origins=tuple(_ORIGIN.value),
        rate=_RATE.value,
      )
    tell = functools.partial(say, console)
    ended = run.serve(
      *(folder, settings, tell, page_routes()),
      functools.partial(_started, tell, files),
    )
  raise SystemExit(128 + ended if ended else 0)


def _started(tell, files, address):
  """Where people go; a browser is started beside the server, not before it."""
  here = address.replace("//0.0.0.0:", "//127.0.0.1:").replace(
    "[::]:", "[::1]:"
  )
  page = f"{here}{files.AT}/"
  tell(f"people label at {page}" if files.has_viewer() else files.NO_VIEWER)
  if _OPEN.value:
    threading.Thread(target=_open, args=(page, tell), daemon=True).start()


def _open(page, tell):
  if not webbrowser.open_new_tab(page):
    tell(f"no browser could be opened here: go to {page}")


def _folder_of(argv):
  if len(argv) != 2:
    raise ValueError(f"wanted alx serve DIR, found {len(argv) - 1} words")
  return command.path_of(argv[1])


def _want_extra():
  missing = [
    name
    for name in ("starlette", "uvicorn", "python_multipart")
    if importlib.util.find_spec(name) is None
  ]
  if missing:
    raise ValueError(
      f"wanted the extra alx[serve], found no {', '.join(missing)}: "
      'pip install "alx-imaging[serve]"'
    )


if __name__ == "__main__":
  command.start(main)
