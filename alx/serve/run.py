"""The server as a process: where it listens, for whom, and how it ends."""

import contextlib
import dataclasses
import ipaddress
import pathlib
import queue
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from alx.data.dataset import bad_input
from alx.projects.answers.receive import readers_of
from alx.runs.disk import owned
from alx.runs.disk.claim import FOLDER, Claim
from alx.serve import access, guard
from alx.serve.app import application
from alx.serve.desk import LEASE_S, open_service
from alx.serve.progress import made_folder

_UPLOADS = "uploads"
_MOST_CALLS = 256  # at the same time
_WAIT_S = 30.0  # for a server in a thread to begin, or to end


@dataclasses.dataclass(frozen=True)
class Settings:
  """How a project is served.

  Attributes:
    host: address to listen at; another than this machine's own wants tokens.
    port: to listen at; 0: any that is free.
    tokens: a file of NAME ROLE TOKEN; None: whoever reaches it may call.
    lease_s: seconds that a reader has a case for himself.
    ahead: the next round is asked for when so few cases wait; 0: never.
    names: by which the server is called from elsewhere.
    origins: pages of other places that may call.
    rate: requests a minute of each who calls, 0: any number; None: as
      `guard.Limits` has it. Only with tokens, which tell one from another.
  """

  host: str = "127.0.0.1"
  port: int = 8000
  tokens: pathlib.Path | None = None
  lease_s: float = LEASE_S
  ahead: int = 0
  names: tuple[str, ...] = ()
  origins: tuple[str, ...] = ()
  rate: int | None = None

  def __post_init__(self):
    """Raises ValueError for what must not be, or makes no sense."""
    if not 0 <= self.port < 65536:
      raise ValueError(f"--port: wanted 0 to 65535, found {self.port}")
    if not 1 <= self.lease_s <= 30 * 86400:
      raise ValueError(
        f"--lease: wanted 1 second to 30 days, found {self.lease_s:g} s"
      )
    if self.ahead < 0:
      raise ValueError(f"--ahead: wanted 0 or more, found {self.ahead}")
    if self.rate is not None and self.rate < 0:
      raise ValueError(f"--rate: wanted 0 or more, found {self.rate}")
    if self.rate is not None and self.tokens is None:
      raise ValueError(
        f"--rate={self.rate}: wanted --tokens=FILE, without it nobody is told "
        "from another and nothing is counted"
      )
    if not is_local(self.host) and self.tokens is None:
      raise ValueError(
        f"--host={self.host}: others can reach that, wanted --tokens=FILE with "
        "lines of NAME ROLE TOKEN"
      )


def is_local(host: str) -> bool:
  """Whether only this machine reaches an address."""
  if host == "localhost":
    return True
  try:
    return ipaddress.ip_address(host.strip("[]")).is_loopback
  except ValueError:
    return False


def serve(
  folder: pathlib.Path,
  settings: Settings,
  say: Callable[[str], None],
  routes: Sequence[BaseRoute] = (),
  started: Callable[[str], None] = lambda address: None,
) -> int:
  """Serves a project until it is told to end.

  Args:
    folder: of the project.
    settings: of the server.
    say: tells a line.
    routes: before all others, of a page for example.
    started: is told its address, http://HOST:PORT, once it listens.

  Returns:
    The signal that ended it; 0: none did.

  Raises:
    DataError: no project, or a token file that is none.
    Held: another server serves it.
    OSError: an address that is taken.
  """
  folder = folder.expanduser().absolute()
  service = open_service(folder, settings.lease_s)
  with owned.owning(folder, Claim(folder / FOLDER, "serve")):
    people = access.OPEN
    if settings.tokens is not None:
      known = readers_of(service.project)
      people = access.read_tokens(settings.tokens, known)
    _own_uploads(folder)
    made = application(
      service,
      routes,
      access=people,
      limits=limits_of(settings),
      ahead=settings.ahead,
    )
    for line in warnings_of(settings):
      say(line)
    made.state.fits.ask_ahead()
    guard.start_log()
    server = make_server(made, settings, say, started)
    server.run()
    return server.signal


def limits_of(settings: Settings) -> guard.Limits:
  """Of requests; by which names a server is called, anybody can find out."""
  known = guard.Limits()
  names = (settings.host, *settings.names)
  hosts = (*known.hosts, *(name.lower() for name in names))
  if not is_local(settings.host):
    # A token is asked for: a page of another place does not have it.
    hosts = hosts if settings.names else ()
  rate = known.a_minute if settings.rate is None else settings.rate
  return known._replace(hosts=hosts, origins=settings.origins, a_minute=rate)


def warnings_of(settings: Settings) -> list[str]:
  """What somebody should know who starts a server so."""
  lines = []
  if settings.tokens is None:
    lines.append(
      "whoever works on this machine may label, train and promote, under any "
      "reader's name: --tokens=FILE asks who it is"
    )
  if not is_local(settings.host):
    lines.append(
      f"--host={settings.host}: others can reach it, and nothing is encrypted: "
      "put a reverse proxy with TLS before it"
    )
  return lines


def _own_uploads(folder):
  """Uploads on their way stay in the project; what a kill has left goes."""
  own = made_folder(folder)
  own.chmod(0o700)
  uploads = own / _UPLOADS
  shutil.rmtree(uploads, ignore_errors=True)
  uploads.mkdir(mode=0o700)
  tempfile.tempdir = str(uploads)


class _Server(uvicorn.Server):
  """Tells where it listens, and which signal ended it."""

  def __init__(self, config, say, started):
    super().__init__(config)
    self._say, self._started, self.signal = say, started, 0

  async def startup(self, sockets=None):
    try:
      await super().startup(sockets)
    except SystemExit:
      place = f"{self.config.host}:{self.config.port}"
      wanted = "an address of this machine that is free (--port)"
      raise bad_input(place, wanted, "it is taken, or another's") from None
    for server in self.servers:
      for socket in server.sockets:
        host, port = socket.getsockname()[:2]
        host = f"[{host}]" if ":" in host else host
        self._say(f"serves at http://{host}:{port}")
    self._started(f"http://{host}:{port}")

  def handle_exit(self, sig, frame):
    del frame
    self.force_exit = bool(self.signal)  # who asks twice will not wait
    self.signal = self.signal or sig
    self.should_exit = True


def make_server(
  made: Starlette,
  settings: Settings,
  say: Callable[[str], None],
  started: Callable[[str], None] = lambda address: None,
) -> uvicorn.Server:
  """A server that tells where it listens; `run` returns when it is ended."""
  config = uvicorn.Config(
    made,
    host=settings.host.strip("[]"),
    port=settings.port,
    log_config=None,
    log_level="critical",
    access_log=False,
    server_header=False,
    proxy_headers=False,
    lifespan="off",
    timeout_keep_alive=30,
    timeout_graceful_shutdown=10,
    limit_concurrency=_MOST_CALLS,
    ws="none",
  )
  return _Server(config, say, started)


@contextlib.contextmanager
def running(made: Starlette, port: int = 0) -> Iterator[str]:
  """A server in a thread, on loopback, until the block ends.

  Args:
    made: of `application`.
    port: to listen at; 0: any that is free.

  Yields:
    Its address, http://127.0.0.1:PORT.

  Raises:
    DataError: it does not listen.
  """
  address: queue.Queue[str] = queue.Queue()
  settings = Settings(port=port)
  server = make_server(made, settings, lambda line: None, address.put)
  thread = threading.Thread(target=server.run, daemon=True)
  thread.start()
  try:
    try:
      found = address.get(timeout=_WAIT_S)
    except queue.Empty:
      raise bad_input("this machine", "a free port", "none") from None
    yield found
  finally:
    server.should_exit = server.force_exit = True
    thread.join(_WAIT_S)
