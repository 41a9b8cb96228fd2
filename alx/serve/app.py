"""The program that answers over HTTP; what it says is made elsewhere."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route

from alx.serve.desk import Service


def application(
  service: Service, routes: Sequence[BaseRoute] = ()
) -> Starlette:
  """All routes; those that are given come first.

  In a request `request.app.state.service` is the service.

  Args:
    service: the project.
    routes: of a page, for example.
  """
  made = Starlette(routes=[*routes, Route("/", _root)])
  made.state.service = service
  return made


async def _root(request: Request):
  del request
  return PlainTextResponse("alx serve\n")
