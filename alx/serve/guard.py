"""What stands before every route: limits, errors in one line, a plain log.

With origins, CORS stands before it and answers preflights itself: these have no
line in the log, no checks of host and rate, and none of the headers here.
"""

import asyncio
import logging
import re
import secrets
import sys
import time
import traceback
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from alx.data.dataset import DataError
from alx.projects.answers.receive import FULL, NO_ROOM
from alx.projects.exchange.decode import MOST
from alx.projects.exchange.refused import Refused
from alx.runs.disk.claim import Held
from alx.serve.access import OPEN, Access, Rate, TooOften, person_of
from alx.serve.wire import reply_line

LOG = logging.getLogger("alx.serve")
_NO_PATH = re.compile(r"(?!)")
_BODILESS = ("GET", "HEAD", "DELETE", "OPTIONS")
_LOCAL = ("localhost", "127.0.0.1", "[::1]", "::1")
_HEADERS = (
  (b"x-content-type-options", b"nosniff"),
  (b"cache-control", b"no-store"),
  (b"referrer-policy", b"no-referrer"),
)


class Limits(NamedTuple):
  """What one request may take, and how many there may be."""

  label: int = MOST + 2**17  # bytes of a body with a file in it
  other: int = 2**17  # bytes of any other body
  seconds: float = 300.0  # until a body has come
  hosts: tuple[str, ...] = _LOCAL  # names by which it is called; (): any
  origins: tuple[str, ...] = ()  # other pages that may call
  a_minute: int = 3000  # requests of each, where a token tells who; 0: any


class Guard:
  """An ASGI program around another one."""

  def __init__(
    self,
    inner,
    limits: Limits,
    files: re.Pattern = _NO_PATH,
    access: Access = OPEN,
  ):
    """Wraps a program.

    Args:
      inner: the program.
      limits: of a request.
      files: paths to which files are sent.
      access: who may call.
    """
    self._inner, self._limits, self._files = inner, limits, files
    self._access, self._rate = access, Rate(limits.a_minute)

  async def __call__(self, scope, receive, send):
    """One request."""
    if scope["type"] != "http":
      await self._inner(scope, receive, send)
      return
    begun, sent = time.monotonic(), [0]

    async def sending(message):
      if message["type"] == "http.response.start":
        sent[0] = message["status"]
        message["headers"] = [*message["headers"], *_HEADERS]
      await send(message)

    try:
      self._check_where(scope)
      self._check_how_often(scope)
      await self._inner(scope, self._bounded(scope, receive), sending)
    except ClientDisconnect:
      sent[0] = sent[0] or 499
    except Exception as error:
      if not sent[0]:  # else a reply has begun, and the connection ends
        await self._told(error)(scope, receive, sending)
    finally:
      _write_line(scope, sent[0], time.monotonic() - begun)

  def _check_where(self, scope):
    """Pages of other places in the same browser must not call by themselves."""
    headers = dict(scope["headers"])
    host = headers.get(b"host", b"").decode("latin-1")
    name = host.rpartition(":")[0] if host[-1:].isdigit() else host
    name = name if ":" in host and not host.endswith("]") else host
    if self._limits.hosts and name.lower() not in self._limits.hosts:
      raise Refused(403, "called by a name that is not its own")
    origin = headers.get(b"origin", b"").decode("latin-1")
    own = {f"http://{host}", f"https://{host}", *self._limits.origins}
    if origin and origin not in own:
      raise Refused(403, "called by a page of another place")

  def _check_how_often(self, scope):
    """By name or, without a token, by address; none where none is asked for."""
    if self._access.is_open:
      return
    header = dict(scope["headers"]).get(b"authorization", b"")
    person = person_of(self._access, header.decode("latin-1"))
    place = (scope.get("client") or ("",))[0]
    who = ("name", person.name) if person else ("address", place)
    self._rate.count(who, time.monotonic())

  def _bounded(self, scope, receive):
    if scope["method"] in _BODILESS:
      return _nothing(receive)
    holds_file = self._files.fullmatch(scope["path"])
    most = self._limits.label if holds_file else self._limits.other
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if not length.isdigit() or len(length) > 15:
      raise Refused(400, "wanted the length of the body as a number")
    if int(length) > most:
      raise Refused(413, f"a body of {int(length)} bytes, more than {most}")
    return _counted(scope, receive, most, self._limits.seconds)

  def _told(self, error):
    """The reply to an error, and a number by which the log knows it."""
    if isinstance(error, Refused):
      reply = reply_line(error.code, str(error))
      if isinstance(error, TooOften):
        reply.headers["Retry-After"] = f"{error.wait_s}"
      return reply
    if isinstance(error, HTTPException):
      return reply_line(error.status_code, str(error.detail))
    if isinstance(error, Held):
      reply = reply_line(
        503, "another process writes to the project: try again in a moment"
      )
      reply.headers["Retry-After"] = "5"
      return reply
    if isinstance(error, OSError) and error.errno in NO_ROOM:
      return reply_line(FULL, "no room on the disk, nothing was kept")
    number = secrets.token_hex(4)
    LOG.error("error %s: %s", number, _where(error))
    why = "the server failed"
    if isinstance(error, DataError):
      why = "something in the project is not as it was: alx project verify"
    return reply_line(500, f"{why} (error {number} in its log)")


def _nothing(receive):
  """A body that is empty whatever the header says, and then the real end."""
  told = [False]

  async def nothing():
    if not told[0]:
      told[0] = True
      return {"type": "http.request", "body": b"", "more_body": False}
    while True:
      message = await receive()
      if message["type"] == "http.disconnect":
        return message

  return nothing


def _counted(scope, receive, most, seconds):
  """A body of so many bytes in so many seconds."""
  count, end, over = [0], time.monotonic() + seconds, [False]

  async def counted():
    if over[0]:
      return await receive()
    try:
      left = max(end - time.monotonic(), 0.001)
      message = await asyncio.wait_for(receive(), left)
    except TimeoutError:
      raise Refused(408, f"no whole body within {seconds:g} s") from None
    if message["type"] == "http.request":
      over[0] = not message.get("more_body", False)
      count[0] += len(message.get("body", b""))
      allowed = min(most, scope.get("alx.most", most))
      if count[0] > allowed:
        raise Refused(413, f"a body of more than {allowed} bytes")
    return message

  return counted


def _where(error):
  """The kind of an error and the line of ours that raised it: no text of it."""
  frames = traceback.extract_tb(error.__traceback__)
  ours = [f for f in frames if "/alx/" in f.filename.replace("\\", "/")]
  last = ours[-1] if ours else None
  place = ""
  if last:
    name = last.filename.replace("\\", "/").rpartition("/alx/")[2]
    place = f" at alx/{name}:{last.lineno}"
  return f"{type(error).__name__}{place}"


def _write_line(scope, code, seconds):
  """METHOD ROUTE CODE TIME and names of ours; nothing that a client made up."""
  route = scope.get("route")
  path = getattr(route, "path", "-")
  names = " ".join(scope.get("alx.note", {}).values())
  about = scope["method"], path, code, round(1000 * seconds), names
  LOG.info("%s %s %d %d ms %s", *about)


def start_log() -> None:
  """Lines to standard error."""
  handler = logging.StreamHandler(sys.stderr)
  handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
  LOG.handlers[:] = [handler]
  LOG.propagate = False
  LOG.setLevel(logging.INFO)
