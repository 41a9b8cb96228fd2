"""The page, the viewer it hosts, and what it asks of the desk.

Nothing is kept here: cases, answers and times are the desk's, and so the
project's log.
"""

import functools
import importlib.resources
import importlib.util
import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from alx.data.dataset import bad_input
from alx.effort.timing import IDLE_S
from alx.projects.cases.targets import encode_label, grid_of
from alx.projects.exchange.refused import Refused
from alx.serve import about, desk
from alx.serve.page import picture
from alx.serve.page.times import active_seconds

AT = "/label"  # where the page is
_MEDIA = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
}
_WIDGET = ("static", "widget.js")  # of ipyniivue: NiiVue in one file
# Everything comes from this server; the viewer's decoders are WebAssembly and
# workers out of blobs.
_POLICY = (
  "default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval'; "
  "worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
  "img-src 'self' data: blob:; connect-src 'self' data: blob:; "
  "font-src 'self' data:; frame-ancestors 'none'"
)
_SAFE = {
  "Content-Security-Policy": _POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
}
Who = Callable[[Request, Any], str]


def check_viewer() -> None:
  """Raises DataError, in one line, if the viewer is not installed."""
  if importlib.util.find_spec("ipyniivue") is None:
    wanted = "the viewer of the page (pip install 'alx-imaging[serve]')"
    raise bad_input("ipyniivue", wanted, "it is not installed")


def page_routes(who: Who | None = None, is_open: bool = True) -> list[Route]:
  """Routes for `application`; `request.app.state.service` is the service.

  Args:
    who: (request, name that the page says) -> the reader, or raises Refused
      (401, 403); None: whoever it says, see `desk.known_reader`.
    is_open: no token is wanted.

  Raises:
    DataError: the viewer is not installed.
  """
  check_viewer()
  who = who or _anybody
  api = {
    "project": ("GET", functools.partial(_project, is_open)),
    "worklist": ("POST", functools.partial(_worklist, who)),
    "next": ("POST", functools.partial(_next, who)),
    "image": ("GET", functools.partial(_image, who)),
    "draft": ("GET", functools.partial(_draft, who)),
    "words": ("POST", functools.partial(_words, who)),
    "label": ("POST", functools.partial(_label, who)),
  }
  return [
    Route(AT, _to_page),
    *(
      Route(f"{AT}/api/{name}", _answers(act), methods=[method])
      for name, (method, act) in api.items()
    ),
    Route(f"{AT}/niivue.js", _viewer),
    Route(f"{AT}/{{name}}", _file),
    Route(f"{AT}/", _file),
  ]


def _anybody(request, name):
  return desk.known_reader(_service(request), name)


def _service(request) -> desk.Service:
  return request.app.state.service


def _answers(act):
  """A handler: what is refused is told in one line, as JSON."""

  async def handler(request: Request) -> Response:
    try:
      reply = await act(request)
    except Refused as error:
      reply = JSONResponse({"detail": str(error)}, error.code)
    reply.headers.update(_SAFE)
    return reply

  return handler


async def _to_page(request):
  del request
  return RedirectResponse(f"{AT}/")


async def _file(request):
  """A file of the page, out of the package."""
  name = request.path_params.get("name", "index.html")
  suffix = name[name.rfind(".") :]
  here = importlib.resources.files("alx.serve.page")
  known = {p.name for p in here.iterdir() if p.name.endswith(tuple(_MEDIA))}
  if name not in known:
    return Response("not found\n", 404, _SAFE, "text/plain")
  content = await run_in_threadpool(here.joinpath(name).read_bytes)
  return Response(content, 200, _SAFE, _MEDIA[suffix])


async def _viewer(request):
  """NiiVue out of the package that is installed; it may be kept a while."""
  del request
  file = importlib.resources.files("ipyniivue").joinpath(*_WIDGET)
  content = await run_in_threadpool(file.read_bytes)
  headers = {**_SAFE, "Cache-Control": "max-age=86400"}
  return Response(content, 200, headers, _MEDIA[".js"])


async def _project(is_open, request):
  project = _service(request).project
  readers = sorted(desk.readers_of(project)) if is_open else []
  told = {
    "name": project.folder.name,
    "id": project.settings["label_map_sha256"][:12],
    "segments": project.segments,
    "classes": picture.classes_of(project),
    "readers": readers,
    "open": is_open,
    "idle_s": IDLE_S,
  }
  return JSONResponse(told)


async def _json(request) -> Mapping[str, Any]:
  try:
    found = json.loads(await request.body() or b"{}")
  except ValueError as error:
    raise Refused(400, "wanted JSON") from error
  if not isinstance(found, dict):
    raise Refused(400, "wanted a JSON object")
  return found


async def _worklist(who, request):
  reader = who(request, (await _json(request)).get("reader"))
  rows = await run_in_threadpool(about.worklist, _service(request), reader)
  return JSONResponse({"reader": reader, "rows": rows})


async def _next(who, request):
  service = _service(request)
  reader = who(request, (await _json(request)).get("reader"))
  sample = await run_in_threadpool(desk.next_sample, service, reader)
  if sample is None:
    return JSONResponse(None)
  case = service.project.state.cases[sample.case]
  told = {
    **{"id": sample.id, "case": sample.case, "round": sample.round},
    **{"reason": sample.reason, "until": sample.until},
    "image_sha256": case.about["image_sha256"][0],
    "dims": picture.extents_of(case),
    "flat": picture.is_flat(case),
    "channels": case.about["channels"],
    "files": len(case.about["files"]),
    "has_draft": bool(sample.draft_sha256) or sample.draft_class is not None,
    "draft_sha256": sample.draft_sha256,
    "draft_class": sample.draft_class,
  }
  return JSONResponse(told)


def _held(who, request, id):
  """The sample of an id, if it is of the reader who asks."""
  sample = desk.sample_of(_service(request), id)
  if who(request, sample.reader) != sample.reader:
    raise Refused(403, "this image is in another reader's hands")
  return sample


async def _image(who, request):
  service = _service(request)
  sample = _held(who, request, request.headers.get("x-case"))
  case = service.project.state.cases[sample.case]
  text = request.query_params.get("channel", "0")
  channel = int(text) if text.isascii() and text.isdigit() else -1
  content = await run_in_threadpool(
    picture.image_bytes, service.project, case, channel
  )
  return Response(content, media_type="application/octet-stream")


async def _draft(who, request):
  service = _service(request)
  sample = _held(who, request, request.headers.get("x-case"))
  if not sample.draft_sha256:
    raise Refused(404, "there is no draft of this image")
  case = service.project.state.cases[sample.case]
  content = await run_in_threadpool(
    picture.pack, service.project, case, sample.draft_sha256
  )
  headers = {"Content-Encoding": "gzip"}
  return Response(content, 200, headers, "application/octet-stream")


async def _words(who, request):
  told = dict(await _json(request))
  params = told.get("params")
  sample = _held(who, request, told.get("id"))
  params = _params(params, sample)
  reply = await run_in_threadpool(
    desk.receive_words, _service(request), sample.id, params
  )
  return _told(reply)


async def _label(who, request):
  service = _service(request)
  async with request.form(max_files=1, max_fields=2) as form:
    sample = _held(who, request, form.get("id"))
    try:
      told = json.loads(form.get("params") or "{}")
      packed = await form["label"].read()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
      raise Refused(400, "wanted id, params and a label") from error
  params = _params(told, sample)
  reply = await run_in_threadpool(_received, service, sample, packed, params)
  return _told(reply)


def _received(service, sample, packed, params):
  case = service.project.state.cases[sample.case]
  label = picture.unpack(case, packed)
  content = encode_label(label, grid_of(case))
  return desk.receive_label(service, sample.id, content, params)


def _params(told, sample):
  """What the desk reads, with the seconds that the moments come to."""
  if not isinstance(told, dict):
    raise Refused(400, "wanted params as an object")
  params = {k: v for k, v in told.items() if k != "events"}
  params["tool"] = "alx page"
  if "events" in told:
    params["seconds"] = active_seconds(
      told["events"], sample.reader, sample.case
    )
  return params


def _told(reply):
  if reply.code != 200:
    raise Refused(reply.code, reply.line)
  return JSONResponse(
    {
      **{"code": reply.code, "status": reply.status, "line": reply.line},
      **{"revision": reply.revision, "decision": reply.decision},
    }
  )
