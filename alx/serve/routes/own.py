"""What the clients of others have no word for: classes, skipping, worklists."""

from starlette.requests import Request
from starlette.routing import Route

from alx.projects.exchange.refused import Refused
from alx.serve import about, content, desk, wire
from alx.serve.access import want
from alx.serve.routes.labelling import reader_of, sample_of, told


def _id(request):
  return request.query_params.get("image", "")


async def status(request: Request):
  """Where the project stands."""
  want(wire.caller_of(request))
  service = wire.service_of(request)
  return wire.reply_json(await wire.in_thread(about.status, service))


async def worklist(request: Request):
  """The cases of a reader."""
  person = want(wire.caller_of(request))
  service = wire.service_of(request)
  reader = reader_of(service, person, dict(request.query_params))
  found = await wire.in_thread(about.worklist, service, reader)
  return wire.reply_json({"reader": reader, "cases": found})


async def sample(request: Request):
  """What an id means, and how long it does."""
  found = sample_of(request, _id(request), held=False)
  service = wire.service_of(request)
  return wire.reply_json(about.sample_json(service, found))


async def draft(request: Request):
  """The draft of a case as the project keeps it; 404 where there is none."""
  found = sample_of(request, _id(request))
  service = wire.service_of(request)
  made = await wire.in_thread(content.draft_of, service, found)
  if made is None:
    raise Refused(404, "there is no draft")
  return wire.reply_file(made)


async def answer(request: Request):
  """Takes a class, or accept, empty, skip: JSON, see `desk.receive_words`."""
  sample_of(request, _id(request), held=False)
  params = await wire.read_object(request)
  service = wire.service_of(request)
  reply = await wire.in_thread(
    desk.receive_words, service, _id(request), params, heavy=True
  )
  return told(request, reply)


async def decline(request: Request):
  """Leaves a case to other readers."""
  sample_of(request, _id(request), held=False)
  params = await wire.read_object(request)
  reason = params.get("reason") or params.get("comment") or ""
  service = wire.service_of(request)
  reply = await wire.in_thread(desk.decline, service, _id(request), reason)
  return told(request, reply)


ROUTES = (
  Route("/alx/status", status),
  Route("/alx/worklist", worklist),
  Route("/alx/sample", sample),
  Route("/alx/draft", draft),
  Route("/alx/answer", answer, methods=["POST"]),
  Route("/alx/decline", decline, methods=["POST"]),
)
