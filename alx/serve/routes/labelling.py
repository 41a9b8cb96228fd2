"""The loop of a reader: the next case, its image, its draft, his label."""

import functools
import re

from starlette.requests import Request
from starlette.routing import Route

from alx.projects.answers.receive import Reply
from alx.projects.exchange.refused import Refused
from alx.serve import about, content, desk, wire
from alx.serve.access import ANNOTATOR, REVIEWER, Person, want
from alx.serve.routes.entry import MODEL, STRATEGY

# What clients put beside a label; here it is kept by reader and revision.
_TAG = re.compile(r"(final|original|version_\d{1,6})?", re.ASCII)


async def next_case(request: Request):
  """Hands a case to the reader; {} when nothing waits."""
  if request.path_params["strategy"] != STRATEGY:
    raise Refused(404, f"no such strategy; there is {STRATEGY}")
  person = want(wire.caller_of(request))
  told = await wire.read_object(request)
  service = wire.service_of(request)
  reader = reader_of(service, person, told)
  wire.note(request, reader=reader)
  found = await wire.in_thread(desk.next_sample, service, reader)
  request.app.state.fits.ask_ahead()
  if found is None:
    return wire.reply_json({})
  wire.note(request, case=found.case)
  return wire.reply_json(about.sample_json(service, found))


def reader_of(service, person: Person, told) -> str:
  """The reader that a caller is.

  Where everybody may call he is who he says he is.

  Raises:
    Refused: 403 for one who is no reader.
  """
  if person.name:
    return desk.known_reader(service, person.name, alone=False)
  return desk.known_reader(service, told.get("client_id"))


def sample_of(request: Request, id: str, held: bool = True) -> desk.Sample:
  """The sample of an id, which is all that a client without a token shows.

  Raises:
    Refused: 404 for another id, 403 for that of another reader.
  """
  service = wire.service_of(request)
  find = desk.held_sample if held else desk.sample_of
  sample = find(service, id)
  person = wire.caller_of(request)
  is_annotator = person and person.name and person.role == ANNOTATOR
  if is_annotator and person.name != sample.reader:
    raise Refused(403, "the case of another reader")
  wire.note(request, reader=sample.reader, case=sample.case)
  return sample


async def image(request: Request):
  """The file of an image; a reviewer may name the case itself."""
  id, service = request.query_params.get("image", ""), wire.service_of(request)
  channel = request.query_params.get("channel", "0")
  if not channel.isdecimal() or len(channel) > 4:
    raise Refused(400, "wanted the channel as a number")
  case, name = case_of(request, id), id.partition(desk.MARK)[0]
  made = content.image_of, service, case, int(channel), name
  found = await wire.in_thread(*made)
  return wire.reply_file(found)


def case_of(request: Request, id: str) -> str:
  """The case of an id, or the case itself for a reviewer.

  Raises:
    Refused: 400, 401, 403, 404.
  """
  if desk.MARK in id:
    return sample_of(request, id).case
  person = wire.caller_of(request)
  try:
    want(person, REVIEWER)
  except Refused:
    raise Refused(404, "no such case") from None
  case = desk.known_case(wire.service_of(request), id)
  wire.note(request, case=case)
  return case


async def draft(request: Request):
  """The draft as the clients of MONAI Label read it.

  Nothing is computed: drafts were made before the case was handed out. One that
  is withheld, or was never made, is an empty label map, and `draft` is false.
  """
  if request.path_params["model"] != MODEL:
    raise Refused(404, f"no such model; there is {MODEL}")
  service = wire.service_of(request)
  sample = sample_of(request, request.query_params.get("image", ""))
  if not service.project.segments:
    raise Refused(404, "classes have no label map")
  form = await wire.read_form(request)
  output = request.query_params.get("output", "")
  if output not in ("", "all", "image", "json"):
    raise Refused(404, "no such output; there are all, image and json")
  told = about.draft_json(service, sample)
  if output == "json":
    return wire.reply_json(told)
  how = content.RAW if form.told.get("result_compress") is False else None
  how = how or (content.RAW if output == "image" else content.NRRD)
  if form.told.get("result_extension") in (".nii.gz", ".nii"):
    how = content.STORED
  found = await wire.in_thread(content.draft_or_empty, service, sample, how)
  if output == "image":
    return wire.reply_file(found)
  return wire.reply_parts(told, found)


async def label(request: Request):
  """Takes a label map through the door that files go through.

  Who sends it and for which case is known before any of it is read.
  """
  id, tag = (request.query_params.get(n, "") for n in ("image", "tag"))
  service = wire.service_of(request)
  if not _TAG.fullmatch(tag):
    raise Refused(404, "no such tag: labels are kept by reader")
  if desk.MARK in id:
    case = sample_of(request, id, held=False).case
  else:
    case = case_of(request, id)
  await wire.allow(request, about.most_bytes(service, case))
  form = await wire.read_form(request, "label")
  if form.data is None:
    raise Refused(400, "wanted a file in the part label")
  take = functools.partial(_take, request, id, case, form)
  return told(request, await wire.in_thread(take, heavy=True))


def _take(request, id, case, form):
  service, said = wire.service_of(request), dict(form.told)
  name = f"label{form.suffix}"
  if desk.MARK not in id:
    reader = reader_of(service, want(wire.caller_of(request)), said)
    return desk.receive_unasked(
      service, case, reader, form.data, said, name=name
    )
  if not wire.access_of(request).is_open:
    said.pop("client_id", None)  # the token has told who it is
  return desk.receive_label(service, id, form.data, said, name=name)


def told(request: Request, reply: Reply):
  """The reply of the door: anything but 200 is shown to the reader."""
  request.app.state.fits.ask_ahead()
  if reply.code != 200:
    return wire.reply_line(reply.code, reply.line)
  return wire.reply_json(
    {
      **{"image": reply.uid, "label": reply.uid, "status": reply.status},
      **{"revision": reply.revision, "decision": reply.decision},
      "detail": reply.line,
    }
  )


ROUTES = (
  Route("/activelearning/{strategy}", next_case, methods=["POST"]),
  Route("/datastore/image", image),
  Route("/infer/{model}", draft, methods=["POST"]),
  Route("/datastore/label", label, methods=["PUT"]),
)
