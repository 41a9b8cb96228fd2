"""The page for labelling inside of a notebook: Jupyter, JupyterLab, Colab."""

import contextlib
import html
import pathlib
import secrets
import sys

from alx.data.dataset import DataError, bad_input
from alx.projects.answers.receive import readers_of
from alx.runs.disk import owned
from alx.runs.disk.claim import FOLDER, Claim
from alx.serve import access, desk, run
from alx.serve.app import application
from alx.serve.page import files
from alx.serve.page.routes import page_routes


class Review:
  """A page that a notebook shows as what a cell comes to.

  Attributes:
    port: of this machine, where the page is.
  """

  def __init__(self, folder, reader, height):
    """Use `review`."""
    self._height, self._token = height, secrets.token_hex(16)
    self._ended = contextlib.ExitStack()
    service = desk.open_service(folder)
    known = sorted(readers_of(service.project))
    if reader not in known and (reader or len(known) > 1):
      wanted = f"reader= one of {', '.join(known)}"
      raise bad_input(folder, wanted, repr(reader))
    person = access.Person(reader or known[0], access.ANNOTATOR)
    claim = Claim(folder / FOLDER, "serve")
    self._ended.enter_context(owned.owning(folder, claim))
    made = application(
      service,
      page_routes(is_framed=True),
      access=access.Access({access.mark_of(self._token): person}),
    )
    try:
      address = self._ended.enter_context(run.running(made))
    except DataError:
      self._ended.close()
      raise
    self.port = int(address.rpartition(":")[2])

  def _repr_html_(self) -> str:
    """The page in a frame; its token goes no farther than the browser."""
    address = html.escape(f"{self._place()}{files.AT}/#token={self._token}")
    size = f'width="100%" height="{self._height}"'
    return f'<iframe src="{address}" {size} style="border:0"></iframe>'

  def _place(self):
    colab = sys.modules.get("google.colab.output")
    if colab is None:
      return f"http://127.0.0.1:{self.port}"
    code = f"google.colab.kernel.proxyPort({self.port})"
    return colab.eval_js(code).rstrip("/")

  def close(self) -> None:
    """Ends the server; what was answered is in the project."""
    self._ended.close()


def review(folder: str | pathlib.Path, reader: str = "", height: int = 820):
  """The page on which people label, in a notebook; `close()` ends it.

  It is served to the browser on this machine: in a notebook that runs elsewhere
  only Colab has a way to it. Anybody else needs `alx serve`.

  Args:
    folder: of the project.
    reader: who labels; "": the only one of the project.
    height: of the page in pixels.

  Raises:
    DataError: no project, no viewer, or a reader who is none of it.
    Held: a server has the project.
  """
  if not files.has_viewer():
    raise bad_input("ipyniivue", "the viewer of the page", files.NO_VIEWER)
  return Review(pathlib.Path(folder).expanduser().absolute(), reader, height)
