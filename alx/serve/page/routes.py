"""What the page asks of the desk; nothing is kept here.

Cases, answers and times are the desk's, and so the project's log.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from alx.effort.timing import IDLE_S
from alx.projects.answers.receive import readers_of
from alx.projects.cases.targets import encode_label, grid_of
from alx.projects.exchange.params import read_object
from alx.projects.exchange.refused import Refused
from alx.serve import about, desk, wire
from alx.serve.access import want
from alx.serve.page import files, picture
from alx.serve.page.times import active_seconds
from alx.serve.routes import entry, labelling

AT = files.AT
_BYTES = "application/octet-stream"


async def root(request: Request):
  """The page, for people; for programs what else stands there."""
  if "text/html" in request.headers.get("accept", ""):
    return RedirectResponse(f"{AT}/")
  return await entry.root(request)


async def project(request: Request):
  """What the page has to know before it knows who reads."""
  service = wire.service_of(request)
  made, is_open = service.project, wire.access_of(request).is_open
  told = {
    "name": made.folder.name,
    "id": made.settings["label_map_sha256"][:12],
    "segments": made.segments,
    "classes": about.classes_of(service),
    "readers": sorted(readers_of(made)) if is_open else [],
    "open": is_open,
    "idle_s": IDLE_S,
  }
  return JSONResponse(told)


async def worklist(request: Request):
  """Who the reader is, and his cases."""
  reader = _reader(request, await _object(request))
  service = wire.service_of(request)
  rows = await wire.in_thread(about.worklist, service, reader)
  return JSONResponse({"reader": reader, "rows": rows})


async def next_case(request: Request):
  """Hands a case to the reader; null when nothing waits."""
  service = wire.service_of(request)
  reader = _reader(request, await _object(request))
  sample = await wire.in_thread(desk.next_sample, service, reader)
  request.app.state.fits.ask_ahead()
  if sample is None:
    return JSONResponse(None)
  wire.note(request, case=sample.case, reader=reader)
  case = service.project.state.cases[sample.case]
  return JSONResponse(
    {
      **{"id": sample.id, "case": sample.name, "round": sample.round},
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
  )


async def image(request: Request):
  """The image, or a file of several that are its channels."""
  sample, service = _sample(request), wire.service_of(request)
  channel, most = _number(request, "channel"), _number(request, "most")
  case = service.project.state.cases[sample.case]
  made = (picture.image_bytes, service.project, case, channel, max(most, 0))
  return _packed(await wire.in_thread(*made, heavy=True))


def _number(request, name):
  text = request.query_params.get(name, "0")
  return int(text) if text.isdecimal() and len(text) < 6 else -1


async def draft(request: Request):
  """The draft, a byte a voxel."""
  sample, service = _sample(request), wire.service_of(request)
  if not sample.draft_sha256:
    raise Refused(404, "there is no draft of this image")
  case = service.project.state.cases[sample.case]
  made = (picture.pack, service.project, case, sample.draft_sha256)
  return _packed(await wire.in_thread(*made, heavy=True))


def _packed(content):
  """Browsers unpack gzip by themselves, and faster than a script does."""
  return Response(content, 200, {"Content-Encoding": "gzip"}, _BYTES)


async def words(request: Request):
  """Takes accept, empty, skip, or a class."""
  told = await _object(request)
  sample = labelling.sample_of(request, told.get("id"), held=False)
  params = _params(told.get("params"), sample)
  service = wire.service_of(request)
  answer = (desk.receive_words, service, sample.id, params)
  return _told(request, await wire.in_thread(*answer, heavy=True))


async def label(request: Request):
  """Takes a drawing: params as a text, the label as a file.

  For which case is known before any of it is read.
  """
  sample, service = _sample(request), wire.service_of(request)
  await wire.allow(request, about.most_bytes(service, sample.case))
  async with request.form(max_files=1, max_fields=1) as form:
    try:
      told = form["params"].encode("utf-8", "surrogatepass")
      packed = await form["label"].read()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
      raise Refused(400, "wanted params and a label") from error
  params = _params(read_object(told), sample)
  answer = (_received, service, sample, packed, params)
  return _told(request, await wire.in_thread(*answer, heavy=True))


def _received(service, sample, packed, params):
  case = service.project.state.cases[sample.case]
  drawn = picture.unpack(case, packed)
  content = encode_label(drawn, grid_of(case))
  return desk.receive_label(service, sample.id, content, params)


async def _object(request) -> Mapping[str, Any]:
  return read_object(await request.body())


def _reader(request, told):
  person = want(wire.caller_of(request))
  named = {"client_id": told.get("reader")}
  return labelling.reader_of(wire.service_of(request), person, named)


def _sample(request):
  """The case in hand; its id is in a header, so that no log has it."""
  return labelling.sample_of(request, request.headers.get("x-case"), held=False)


def _params(told, sample):
  """What the desk reads, with the seconds that the moments come to."""
  if not isinstance(told, dict):
    raise Refused(400, "wanted params as an object")
  params = {k: v for k, v in told.items() if k != "events"}
  params["tool"] = "alx page"
  if "events" in told:
    moments = told["events"], sample.reader, sample.case
    params["seconds"] = active_seconds(*moments)
  return params


def _told(request, reply):
  request.app.state.fits.ask_ahead()
  if reply.code != 200:
    raise Refused(reply.code, reply.line)
  names = ("code", "status", "line", "revision", "decision")
  return JSONResponse({name: getattr(reply, name) for name in names})


def page_routes(is_framed: bool = False) -> list[Route]:
  """Of the page, for `application`; without the viewer a line in its place.

  Args:
    is_framed: see `files.routes`.
  """
  api = {
    **{"project": project, "image": image, "draft": draft},
    **{"worklist": worklist, "next": next_case, "words": words, "label": label},
  }
  reading = ("project", "image", "draft")
  return [
    Route("/", root),
    *(
      Route(
        f"{AT}/api/{name}", act, methods=["GET" if name in reading else "POST"]
      )
      for name, act in api.items()
    ),
    *files.routes(is_framed),
  ]
