"""Models: a fit is begun, told of and stopped; which one serves."""

from starlette.requests import Request
from starlette.routing import Route

from alx.projects.exchange.params import ID
from alx.projects.exchange.refused import Refused
from alx.serve import wire
from alx.serve.access import ADMIN, ANNOTATOR, REVIEWER, Person, want
from alx.serve.fitting import ASK, FIT, PROMOTE
from alx.serve.routes.entry import MODEL


async def begin(request: Request):
  """A fit, and the gate behind it; of an annotator it is a wish, and noted."""
  model = request.path_params.get("model", MODEL)
  if model != MODEL:
    raise Refused(404, f"no such model; there is {MODEL}")
  person = want(wire.caller_of(request))
  told = await wire.read_object(request)
  fits = request.app.state.fits
  named = _named(person, told)
  if person.role == ANNOTATOR:
    await wire.in_thread(fits.request, named)
    wish = {"id": "", "model": MODEL, "status": "PENDING", "start_ts": None}
    wish["details"] = ["noted: a reviewer decides when a fit begins"]
    return wire.reply_json({MODEL: wish} if _of_all(request) else wish)
  found = (await wire.in_thread(fits.start, FIT, named)).json()
  return wire.reply_json({MODEL: found} if _of_all(request) else found)


def _of_all(request):
  return "model" not in request.path_params


def _named(person, told):
  """Where everybody may call he is who he says, if that can be a name."""
  name = person.name or told.get("client_id") or ""
  return Person(name if ID.fullmatch(name) else "", person.role)


async def progress(request: Request):
  """The work that goes on; 404 tells a client that asks that none does."""
  want(wire.caller_of(request))
  fits = request.app.state.fits
  only = request.query_params.get("check_if_running", "").casefold() == "true"
  found = await wire.in_thread(fits.running if only else fits.last)
  if found is None:
    raise Refused(404, "no fit goes on" if only else "there was no fit yet")
  return wire.reply_json(found.json())


async def stop(request: Request):
  """Ends the fit that goes on."""
  person = want(wire.caller_of(request), REVIEWER)
  found = await wire.in_thread(request.app.state.fits.stop, person)
  if found is None:
    raise Refused(404, "there was no fit yet")
  return wire.reply_json(found.json())


async def ask(request: Request):
  """The next round: fits where there are new labels, then asks."""
  person = want(wire.caller_of(request), REVIEWER)
  named = _named(person, await wire.read_object(request))
  found = await wire.in_thread(request.app.state.fits.start, ASK, named)
  return wire.reply_json(found.json())


async def promote(request: Request):
  """Judges a version by the gate; whoever says yes is named in the log.

  The body may name a `version`, else it is the newest.
  """
  person = want(wire.caller_of(request), ADMIN)
  told = await wire.read_object(request)
  version, named = told.get("version", 0), _named(person, told)
  if isinstance(version, bool) or not isinstance(version, int):
    raise Refused(400, "wanted the version as a number")
  models = wire.service_of(request).project.look().models
  if version not in (0, *models) or not models:
    raise Refused(404, "no such version")
  how = {"version": version, "name": named.name, "role": named.role}
  fits = request.app.state.fits
  found = await wire.in_thread(fits.start, PROMOTE, named, how)
  return wire.reply_json(found.json())


ROUTES = (
  Route("/train/", begin, methods=["POST"]),
  Route("/train/", progress),
  Route("/train/", stop, methods=["DELETE"]),
  Route("/train/{model}", begin, methods=["POST"]),
  Route("/alx/next", ask, methods=["POST"]),
  Route("/alx/promote", promote, methods=["POST"]),
)
