"""The files of the page out of the package, and NiiVue out of `ipyniivue`."""

import functools
import importlib.resources
import importlib.util

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from alx.serve import wire

AT = "/label"  # where the page is
NO_VIEWER = (
  "the page in the browser wants the viewer NiiVue, found no ipyniivue: "
  'pip install "alx-imaging[serve]"'
)
_WIDGET = ("static", "widget.js")  # of ipyniivue: NiiVue in one file
_MEDIA = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
}
# All comes from this server; the viewer's decoders are WebAssembly and workers.
_POLICY = (
  "default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval'; "
  "worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
  "img-src 'self' data: blob:; connect-src 'self' data: blob:; "
  "font-src 'self' data:"
)
_ALONE = "; frame-ancestors 'none'"


def has_viewer() -> bool:
  """Whether the package with NiiVue is installed."""
  return importlib.util.find_spec("ipyniivue") is not None


def routes(is_framed: bool = False) -> list[Route]:
  """Of all files; without the viewer a line that says what is missing.

  Args:
    is_framed: other pages may show it inside, as a notebook does.
  """
  if not has_viewer():
    return [Route(AT, _no_viewer), Route(f"{AT}/", _no_viewer)]
  policy = _POLICY if is_framed else _POLICY + _ALONE
  return [
    Route(AT, _to_page),
    Route(f"{AT}/", functools.partial(_file, policy)),
    Route(f"{AT}/niivue.js", functools.partial(_viewer, policy)),
    Route(f"{AT}/{{name}}", functools.partial(_file, policy)),
  ]


async def _no_viewer(request):
  del request
  return PlainTextResponse(f"{NO_VIEWER}\n", 503)


async def _to_page(request):
  del request
  return RedirectResponse(f"{AT}/")


async def _file(policy, request: Request):
  """A file of the page."""
  name = request.path_params.get("name", "index.html")
  here = importlib.resources.files("alx.serve.page")
  known = {p.name for p in here.iterdir() if p.name.endswith(tuple(_MEDIA))}
  if name not in known:
    return PlainTextResponse("not found\n", 404)
  content = await wire.in_thread(here.joinpath(name).read_bytes)
  return _sent(content, name[name.rfind(".") :], policy)


async def _viewer(policy, request):
  """NiiVue: the one file of somebody else."""
  del request
  file = importlib.resources.files("ipyniivue").joinpath(*_WIDGET)
  return _sent(await wire.in_thread(file.read_bytes), ".js", policy)


def _sent(content, suffix, policy):
  headers = {"Content-Security-Policy": policy}
  return Response(content, 200, headers, _MEDIA[suffix])
