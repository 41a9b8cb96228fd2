"""Requests read within limits, and replies that every client can read."""

import json
import pathlib
import secrets
import shutil
from collections.abc import Mapping
from typing import Any, NamedTuple

import anyio
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from alx.projects.answers.beside import SUFFIXES
from alx.projects.answers.receive import FULL
from alx.projects.exchange import params
from alx.projects.exchange.refused import Refused
from alx.serve.access import Access, Person, person_of
from alx.serve.content import Content
from alx.serve.desk import Service

_HEAVY = 2  # label maps that are looked at at the same time
_SPARE = 2**20  # bytes that stay free, for the log to go on


class Form(NamedTuple):
  """What came in parts."""

  told: Mapping[str, Any]  # params
  data: bytes | None  # of the file
  suffix: str  # of its name; the rest of it is the client's business


def service_of(request: Request) -> Service:
  """The project that is served."""
  return request.app.state.service


def access_of(request: Request) -> Access:
  """Who may call."""
  return request.app.state.access


def caller_of(request: Request) -> Person | None:
  """Who sends a request; None: he does not say."""
  return person_of(access_of(request), request.headers.get("authorization", ""))


def note(request: Request, **about: str) -> None:
  """Names for the line of the log: case, reader; nothing that a client made."""
  request.scope.setdefault("alx.note", {}).update(about)


async def allow(request: Request, most: int) -> None:
  """No more than so many bytes are read of a body, for which the disk has room.

  It is written twice: on its way, and as what is kept of it. How long a body in
  chunks is nobody knows before.

  Raises:
    Refused: 413 for a longer one, 507 for a disk that is too full.
  """
  request.scope["alx.most"] = most
  length = int(request.headers.get("content-length", 0))
  if length > most:
    raise Refused(413, f"a body of more than {most} bytes")
  free = shutil.disk_usage(service_of(request).project.folder).free
  if free < 2 * length + _SPARE:
    await drain(request)
    line = "no room on the disk, nothing was kept: send it again"
    raise Refused(FULL, f"{line} when {2 * length + _SPARE} bytes are free")


async def in_thread(function, *args, heavy: bool = False):
  """The result of a function that may wait for a disk.

  Args:
    function: to call.
    *args: of it.
    heavy: it also computes: few at a time.
  """
  limiter = _limiter(heavy)
  return await anyio.to_thread.run_sync(function, *args, limiter=limiter)


_limiters: dict[Any, anyio.CapacityLimiter] = {}


def _limiter(heavy):
  if not heavy:
    return None
  token = anyio.lowlevel.current_token()
  if token not in _limiters:
    _limiters.clear()  # of a loop that has ended
    _limiters[token] = anyio.CapacityLimiter(_HEAVY)
  return _limiters[token]


async def read_object(request: Request) -> dict[str, Any]:
  """The JSON object of a body, with the keys that mean something.

  Raises:
    Refused: 400 for anything else.
  """
  return params.parse(await request.body())


async def drain(request: Request) -> None:
  """Reads a body to its end and keeps none of it: its sender sees the reply."""
  async for _ in request.stream():
    pass


async def read_form(
  request: Request, file: str = "", keep: tuple[str, ...] = ()
) -> Form:
  """A body of parts: params, and one file.

  Args:
    request: whose body was not read.
    file: name of the part with the file; "": none is kept.
    keep: keys of params beside those of labels.

  Raises:
    Refused: 400 for another body.
  """
  kind = request.headers.get("content-type", "")
  if not kind.startswith("multipart/form-data"):
    if kind.startswith("application/json") or not kind:
      return Form(await read_object(request), None, "")
    if kind != "application/x-www-form-urlencoded":
      raise Refused(415, "wanted a body of multipart/form-data")
  try:
    async with request.form(max_files=4, max_fields=16) as form:
      text = form.get("params", "{}")
      part = form.get(file) if file else None
      if not isinstance(text, str):
        text = (await text.read(2**17)).decode("utf-8", "replace")
      if isinstance(part, str):
        raise Refused(400, f"wanted a file in the part {file}, found a text")
      data = await part.read() if isinstance(part, UploadFile) else None
      name = part.filename or "" if part is not None else ""
  except Refused:
    raise
  except Exception as error:  # whatever a parser says of bytes that are none
    if isinstance(error, ClientDisconnect | OSError):
      raise
    raise Refused(400, "a body that is not what its header tells") from error
  told = params.parse(text.encode("utf-8", "surrogatepass"), keep)
  return Form(told, data, suffix_of(name))


def suffix_of(name: str) -> str:
  """The ending of a file's name, of those that mean something."""
  lower = name.lower()
  return next((end for end in SUFFIXES if lower.endswith(end)), "")


def reply_json(value: Any, code: int = 200) -> Response:
  """JSON, whole: never in chunks."""
  return JSONResponse(value, code)


def reply_line(code: int, line: str) -> Response:
  """What went wrong, in one line."""
  return JSONResponse({"detail": line}, code)


def reply_file(content: Content) -> Response:
  """A file under a name of ours, which clients take from the header."""
  headers = {"Content-Disposition": f'attachment; filename="{content.name}"'}
  return Response(content.data, media_type=content.media, headers=headers)


def reply_parts(about: Mapping[str, Any], content: Content) -> Response:
  """JSON and a file as the clients of MONAI Label read them.

  The file is called by a word that was made up: they join it to a folder of
  theirs as it is. Whole, with its length: in chunks they would find no file.
  """
  mark = f"alx{secrets.token_hex(16)}".encode()
  suffix = "".join(pathlib.Path(content.name).suffixes)
  name = f"{secrets.token_hex(8)}{suffix}".encode()
  lines = [
    b"--" + mark,
    b'Content-Disposition: form-data; name="params"',
    b"Content-Type: application/json",
    b"",
    json.dumps(about).encode(),
    b"--" + mark,
    b'Content-Disposition: form-data; name="image"; filename="' + name + b'"',
    b"Content-Type: " + content.media.encode(),
    b"",
    content.data,
    b"--" + mark + b"--",
    b"",
  ]
  kind = f"multipart/form-data; boundary={mark.decode()}"
  return Response(b"\r\n".join(lines), headers={"Content-Type": kind})
