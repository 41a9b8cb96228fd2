"""The program that answers over HTTP; what it says is made elsewhere."""

import re
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute

from alx.serve.access import OPEN, Access
from alx.serve.desk import Service
from alx.serve.fits import Fits
from alx.serve.guard import Guard, Limits
from alx.serve.routes import datastore, entry, labelling, own, training

# Paths to which files are sent, wanted or not.
FILES = re.compile(
  r"/datastore/(label)?|/infer/.*|/session/.*|/label/api/label", re.DOTALL
)


def application(
  service: Service,
  routes: Sequence[BaseRoute] = (),
  *,
  access: Access = OPEN,
  limits: Limits | None = None,
  ahead: int = 0,
) -> Starlette:
  """All routes; those that are given come first.

  In a request `wire.service_of(request)` is the service, and
  `wire.caller_of(request)` who calls.

  Args:
    service: the project.
    routes: of a page, for example; one of "/" takes its place.
    access: who may call; everybody who reaches the server.
    limits: of a request.
    ahead: the next round is asked for, in a process of its own, when so few
      cases wait; 0: never.
  """
  rooms, limits = (
    (entry, labelling, datastore, training, own),
    limits or Limits(),
  )
  made = Starlette(
    routes=[*routes, *(route for room in rooms for route in room.ROUTES)],
    middleware=[
      *_allowing(limits.origins),  # what the guard refuses is read, too
      Middleware(Guard, limits=limits, files=FILES, access=access),
    ],
  )
  made.router.redirect_slashes = False
  made.state.service, made.state.access = service, access
  made.state.fits = Fits(service, ahead)
  return made


def _allowing(origins):
  """Browsers let pages of these places read replies; no cookie goes with it."""
  if not origins:
    return []
  return [
    Middleware(
      CORSMiddleware,
      allow_origins=list(origins),
      allow_methods=["GET", "POST", "PUT", "DELETE"],
      allow_headers=["authorization", "content-type"],
      expose_headers=["Retry-After"],
    )
  ]
