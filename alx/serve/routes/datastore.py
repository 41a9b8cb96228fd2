"""What a project holds, for clients that look through it."""

from starlette.requests import Request
from starlette.routing import Route

from alx.projects.exchange.refused import Refused
from alx.serve import about, content, desk, listing, wire
from alx.serve.access import ANNOTATOR, REVIEWER, want
from alx.serve.routes.labelling import case_of, sample_of

_ORIGINAL = "original"


async def objects(request: Request):
  """Cases and labels for a reviewer; an annotator sees none but his own."""
  person = want(wire.caller_of(request))
  output = request.query_params.get("output", "")
  service = wire.service_of(request)
  if output == "all":
    if person.role == ANNOTATOR:
      return wire.reply_json({"objects": {}})
    found = await wire.in_thread(listing.objects, service)
    return wire.reply_json({"objects": found})
  if output not in ("", "stats"):
    raise Refused(404, "no such output; there are all and stats")
  total, done = about.labelled_counts(service.project.look())
  return wire.reply_json({"total": total, "completed": done})


async def label(request: Request):
  """The file of a label map: a draft, an answer, or the one that counts."""
  id = request.query_params.get("label", "")
  tag = request.query_params.get("tag", "") or listing.FINAL
  service = wire.service_of(request)
  if desk.MARK in id:
    sample = sample_of(request, id)
    find = {_ORIGINAL: content.draft_of, listing.FINAL: content.answer_of}.get(
      tag
    )
    found = await wire.in_thread(find, service, sample) if find else None
  else:
    case = case_of(request, id)
    found = await wire.in_thread(listing.label_of, service, case, tag)
  if found is None:
    raise Refused(404, "no such label")
  return wire.reply_file(found)


async def say(request: Request):
  """What a reviewer says of a label: approved, and it counts; or flagged."""
  person = want(wire.caller_of(request), REVIEWER)
  form = await wire.read_form(request, keep=("segmentationMeta",))
  case = case_of(request, request.query_params.get("label", ""))
  tag = request.query_params.get("tag", "")
  said = form.told.get("segmentationMeta", form.told)
  if not isinstance(said, dict):
    raise Refused(400, "wanted segmentationMeta as an object")
  service = wire.service_of(request)
  found = await wire.in_thread(
    listing.say, service, case, tag, said, person.name
  )
  return wire.reply_json(found)


async def no_upload(request: Request):
  """403: images come in by `alx project init`."""
  await wire.drain(request)
  raise Refused(403, "uploads are off: images come in by alx project init")


async def no_delete(request: Request):
  """403: an answer is kept; a newer one, or a review, takes its place."""
  del request
  raise Refused(403, "labels are never deleted: send another, or review it")


ROUTES = (
  Route("/datastore/", objects),
  Route("/datastore/", no_upload, methods=["PUT"]),
  Route("/datastore/label", label),
  Route("/datastore/label", no_delete, methods=["DELETE"]),
  Route("/datastore/updatelabelinfo", say, methods=["PUT"]),
)
