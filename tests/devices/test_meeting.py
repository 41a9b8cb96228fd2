import contextlib
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from alx.devices.company import Place
from alx.devices.meeting import TurnedAway, meet
from tests.processes import free_port

ABOUT = {"alx": "1.0", "steps": "4"}


class Told:
  """What is told of the end of others: [(line, code)]."""

  def __init__(self):
    self.lines, self.some = [], threading.Event()

  def __call__(self, line, code):
    self.lines.append((line, code))
    self.some.set()

  def first(self):
    assert self.some.wait(10)
    return self.lines[0]


def address():
  return f"127.0.0.1:{free_port()}"


def come_together(places, abouts=None, told=None, **seconds):
  """What `meet` gives or raises for each process, all at once."""
  abouts = abouts or [ABOUT] * len(places)
  told = told or [Told() for _ in places]

  def come(place, about, ended):
    try:
      return meet(place, about, ended, **({"wait_s": 10.0} | seconds))
    except TurnedAway as error:
      return str(error)

  with ThreadPoolExecutor(len(places)) as pool:
    return list(pool.map(come, places, abouts, told))


def places_of(count):
  where = address()
  return [Place(where, count, process) for process in range(count)]


def test_those_who_are_alike_leave_together():
  told = [Told(), Told(), Told()]
  companies = come_together(places_of(3), told=told)
  with ThreadPoolExecutor(3) as pool:
    list(pool.map(lambda company: company.leave(), companies))
  assert not any(each.lines for each in told)


@pytest.mark.parametrize(
  ("change", "line"),
  [
    ({"alx": "0.9"}, "has alx = 0.9, process 0 has 1.0"),
    ({"steps": "8"}, "has steps = 8, process 0 has 4"),
    ({"new": "1"}, "has new = 1, process 0 has nothing"),
  ],
)
def test_a_difference_is_named_on_both_sides(change, line):
  found = come_together(places_of(2), [ABOUT, ABOUT | change])
  assert found == [f"process 1 on {socket.gethostname()} {line}"] * 2


def test_another_number_of_processes():
  where = address()
  found = come_together([Place(where, 2, 0), Place(where, 3, 1)])
  assert found[0].endswith("has num_processes = 3, process 0 has 2")
  assert found[1] == found[0]


def test_a_number_that_two_have():
  where = address()
  found = come_together([Place(where, 3, n) for n in (0, 1, 1)])
  assert found[0].endswith(": there is another process 1")
  assert found[1:] == found[:1] * 2


def test_who_does_not_come_is_named():
  places = places_of(3)
  with ThreadPoolExecutor(1) as pool:
    second = pool.submit(meet, places[2], ABOUT, Told(), wait_s=30)
    with pytest.raises(TurnedAway) as first:
      meet(places[0], ABOUT, Told(), wait_s=2)
    with pytest.raises(TurnedAway) as told:
      second.result()
  line = f"process 1 of 3 did not come to {places[0].coordinator}"
  assert [str(error.value) for error in (first, told)] == [line] * 2


def test_process_0_does_not_come():
  where = address()
  (found,) = come_together([Place(where, 2, 1)], wait_s=0.3)
  assert found.startswith(f"process 1 of 2: found no process 0 at {where}: ")


def test_a_port_that_is_taken():
  with socket.create_server(("", 0)) as door:
    where = f"127.0.0.1:{door.getsockname()[1]}"
    (found,) = come_together([Place(where, 2, 0)])
  why = "process 0 cannot listen there: Address already in use"
  assert found == f"coordinator={where}: {why}"


def test_a_host_without_an_address():
  (found,) = come_together([Place("no.such.host.invalid:9", 2, 1)])
  assert found.startswith("coordinator=no.such.host.invalid:9: ")


def connected(place, hello):
  """A socket to process 0 that has said something."""
  while True:
    with contextlib.suppress(ConnectionRefusedError):
      other = socket.create_connection((place.host, place.port))
      other.sendall(hello)
      return other


def hello_of(place):
  words = place._asdict() | {"about": ABOUT, "host": "there"}
  return json.dumps(words).encode() + b"\n"


@pytest.mark.parametrize(
  "noise",
  [b"GET / HTTP/1.1\r\n\r\n", b"[1]\n", b'{"process_id": "1"}\n', b"\n"],
)
def test_who_knocks_by_chance_is_not_taken_for_one_of_them(noise):
  places = places_of(2)
  with ThreadPoolExecutor(1) as pool:
    first = pool.submit(meet, places[0], ABOUT, Told(), wait_s=10)
    with connected(places[0], noise):
      second = meet(places[1], ABOUT, Told(), wait_s=10)
    threading.Thread(target=second.leave, daemon=True).start()
    first.result().leave()


def test_the_end_of_one_is_told_to_all():
  places, told = places_of(3), [Told(), Told()]
  with ThreadPoolExecutor(2) as pool:
    both = [
      pool.submit(meet, places[n], ABOUT, told[n], wait_s=10) for n in (0, 1)
    ]
    with connected(places[0], hello_of(places[2])) as other:
      assert other.recv(100)
      [each.result() for each in both]
  assert [each.first() for each in told] == [
    ("process 2 of 3 has ended", 1)
  ] * 2


def test_an_exit_code_is_told():
  told = [Told(), Told()]
  companies = come_together(places_of(2), told=told)
  companies[0].stop(2)
  assert told[1].first() == ("process 0 of 2 has ended with exit code 2", 2)
  assert not told[0].lines


def test_silence_is_an_end():
  places, told = places_of(2), Told()
  with ThreadPoolExecutor(1) as pool:
    first = pool.submit(meet, places[0], ABOUT, told, wait_s=10, silent_s=0.3)
    with connected(places[0], hello_of(places[1])):
      first.result()
      assert told.first() == (
        "process 1 of 2 was not heard of for 0.3 s",
        1,
      )
