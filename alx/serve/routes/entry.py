"""Who is there and what there is: /, /auth/, /info/, /session/."""

from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route

import alx
from alx.projects.exchange.refused import Refused
from alx.serve import about, wire
from alx.serve.access import mark_of, want
from alx.serve.fits import Fits

MODEL = STRATEGY = "alx"  # what is chosen from has one row each
_OFF = "sessions are off: images belong to the project"


async def root(request: Request):
  """Something, so that clients see a server."""
  del request
  return wire.reply_json({"name": "alx serve", "version": alx.__version__})


async def auth(request: Request):
  """Whether a token is wanted."""
  is_open = wire.access_of(request).is_open
  return wire.reply_json({"enabled": not is_open})


async def token(request: Request):
  """A name and its token as a password; the token comes back.

  Raises:
    Refused: 401 for others, 404 where nobody has to log in.
  """
  access = wire.access_of(request)
  if access.is_open:
    raise Refused(404, "nobody has to log in here")
  try:
    async with request.form(max_files=0, max_fields=8) as form:
      name, password = form.get("username", ""), form.get("password", "")
  except Refused:
    raise
  except Exception as error:  # whatever a parser says of bytes that are none
    if isinstance(error, ClientDisconnect | OSError):
      raise
    raise Refused(400, "wanted a form with username and password") from error
  person = access.people.get(mark_of(str(password)))
  if person is None or person.name != name:
    raise Refused(401, "no such name with this token")
  wire.note(request, caller=person.name)
  return wire.reply_json({"access_token": password, "token_type": "bearer"})


async def token_valid(request: Request):
  """200 for a token that is known."""
  want(wire.caller_of(request))
  return wire.reply_json({})


async def info(request: Request):
  """What clients build their lists of."""
  want(wire.caller_of(request))
  service = wire.service_of(request)
  fits: Fits = request.app.state.fits
  return wire.reply_json(await wire.in_thread(_info, service, fits))


def _info(service, fits):
  """No key `config` at the top: 3D Slicer takes it for an old server."""
  project, state = service.project, service.project.look()
  names = list(project.class_names[1:] if project.segments else ())
  total, done = about.labelled_counts(state)
  current = f"v{state.current:03d}" if state.current else "none yet"
  models = {
    MODEL: {
      "type": "segmentation" if project.segments else "classification",
      "dimension": about.dimension_of(state),
      "labels": names or list(project.class_names),
      "description": f"drafts of the queue; {current} serves",
      "version": state.current,
      "config": {},
    }
  }
  trainer = {
    "description": "a new version in a process of its own, judged by the gate",
    "labels": names,
    "config": {},
  }
  return {
    "name": f"alx: {project.folder.name}",
    "description": project.settings["task"],
    "version": alx.__version__,
    "labels": names or list(project.class_names),
    # Without a version no model is told: no client asks for a draft then.
    "models": models if state.current else {},
    "trainers": {MODEL: trainer},
    "strategies": {STRATEGY: {"description": "the most wanted case first"}},
    "scoring": {},
    "train_stats": {MODEL: fits.train_stats()},
    "datastore": {"total": total, "completed": done},
  }


async def no_session(request: Request):
  """406, as other servers say of a feature that is off."""
  await wire.drain(request)
  raise Refused(406, _OFF)


ROUTES = (
  Route("/", root),
  Route("/auth/", auth),
  Route("/auth/token", token, methods=["POST"]),
  Route("/auth/token/valid", token_valid),
  Route("/info/", info),
  Route("/session/", no_session, methods=["PUT", "GET", "DELETE"]),
  Route("/session/{id}", no_session, methods=["GET", "DELETE"]),
)
