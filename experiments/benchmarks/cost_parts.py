"""What studies take on one device and on many: steps, bytes, seconds.

Counted from settings and from the rates that `costs` assumes, part by part.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from alx.data.patches import window_counts
from experiments.benchmarks import networks
from experiments.kim.settings import Kim

EXTENT, CHANNELS = (240, 240, 155), 2  # of BraTS, of the study
_FLOAT, _PAIR = 4, 8  # bytes of a number, of a score with its item


class Machine(NamedTuple):
  """So many hosts with so many devices each."""

  name: str
  hosts: int
  gpus: int  # of a host

  @property
  def devices(self) -> int:
    """All of them."""
    return self.hosts * self.gpus


class Part(NamedTuple):
  """What one part of a case takes on a machine."""

  name: str
  machine: Machine
  why: str  # it becomes no faster
  steps: float = 0.0  # that follow each other
  work: float = 0.0  # s
  sent: float = 0.0  # bytes that a device sends
  exchange: float = 0.0  # s
  taken: float = 0.0  # bytes that all devices read together
  read: float = 0.0  # s

  @property
  def seconds(self) -> float:
    """Of all."""
    return self.work + self.exchange + self.read


class Case(NamedTuple):
  """A study, its parts on every machine in turn."""

  name: str
  parts: list[Part]


def machines(a: dict[str, float]) -> list[Machine]:
  """From one device to all hosts."""
  gpus, hosts = int(a["gpus"]), int(a["hosts"])
  all_of = f"{hosts} hosts x {gpus}"
  return [
    *(Machine("1 GPU", 1, 1), Machine(f"{gpus} GPUs", 1, gpus)),
    Machine(all_of, hosts, gpus),
  ]


def all_reduce(
  a: dict[str, float], size: float, devices: int, machine: Machine
) -> tuple[float, float]:
  """(bytes that a device sends, s) for the sum of arrays of so many devices.

  A ring: 2 (n - 1) turns, each of an n-th of the bytes (NCCL tests,
  doc/PERFORMANCE.md).
  """
  inside = devices <= machine.gpus
  rate = 1e9 * a["inside_gbps" if inside else "between_gbps"]
  turns = 2 * (devices - 1)
  sent = turns / devices * size
  return sent, sent / rate + turns * a["hop_us"] / 1e6


class Rounds(NamedTuple):
  """What the rounds of one arm of Kim 2024 fit, ask and test."""

  patches: list[int]  # of an epoch, round by round
  asked: int  # volumes predicted to ask, in all rounds
  tested: int  # volumes predicted to test, in all rounds


def rounds_of(kim: Kim, volumes: int, tested: int) -> Rounds:
  """Counted from the settings; some of the volumes are tested on."""
  labelled = [kim.start + n * kim.query for n in range(kim.rounds + 1)]
  trained = [n - max(1, round(kim.held_out * n)) for n in labelled]
  patches = [kim.patches * n for n in trained]
  asked = sum(volumes - tested - n for n in labelled[:-1])
  return Rounds(patches, asked, tested * len(labelled))


def _rounds(a, kim):
  return rounds_of(kim, int(a["volumes"]), int(a["tested"]))


def flops_per_second(a: dict[str, float], kim: Kim) -> float:
  """Of one device, from the hours of the longest fit."""
  steps = a["epochs"] * _rounds(a, kim).patches[-1]
  return (
    steps * networks.training_flops(kim, CHANNELS) / (3600 * a["fit_hours"])
  )


def study(a: dict[str, float], kim: Kim, shared: bool) -> Iterator[Part]:
  """The study of Kim 2024: its fits, and its predictions to ask and test.

  Arms and seeds are rows side by side, with what devices there are for each.
  """
  rounds, rate = _rounds(a, kim), flops_per_second(a, kim)
  step = networks.training_flops(kim, CHANNELS) / rate
  gradient = _FLOAT * networks.parameters(kim, CHANNELS)
  windows = int(window_counts(np.array(EXTENT), kim.patch, kim.overlap).prod())
  of_window = networks.forward_flops(kim, CHANNELS) / rate
  rows = int(a["arms"] * a["seeds"])
  for machine in machines(a):
    beside = min(rows, machine.devices)
    turns, of_row = math.ceil(rows / beside), machine.devices // beside
    steps = work = sent = exchange = 0.0
    for patches in rounds.patches:
      share = min(of_row, patches) if shared else 1
      count = turns * a["epochs"] * math.ceil(patches / share)
      moved, seconds = all_reduce(a, gradient, share, machine)
      steps, work = steps + count, work + count * step
      sent, exchange = sent + count * moved, exchange + count * seconds
    why = f"a step of one patch has one device, and there are {rows} rows"
    if shared:
      why = (
        f"an epoch has {rounds.patches[0]} patches at first, whatever the "
        "devices; the sum of gradients takes "
        f"{exchange / (work + exchange):.0%} of a step"
      )
    yield Part("fits", machine, why, steps, work, sent, exchange)
    for name, volumes in (("asking", rounds.asked), ("testing", rounds.tested)):
      count = turns * math.ceil(volumes / of_row) * windows
      why = f"{rows} rows share the devices, volume by volume"
      yield Part(name, machine, why, count, count * of_window)
    size = rows * volume_bytes() * a["volumes"]
    read = size / (1e9 * a["store_gbps"])
    why = "every row reads all volumes from the one store"
    yield Part("reading", machine, why, taken=size, read=read)


def volume_bytes() -> int:
  """Of a volume with its label."""
  return math.prod(EXTENT) * (CHANNELS * _FLOAT + 1)


def held(a: dict[str, float], kim: Kim, devices: int) -> float:
  """Bytes on each of the devices that share a fit: pool, step, parameters."""
  pool = volume_bytes() * a["volumes"] / devices
  full = math.prod(kim.patch) * kim.widths[0] * _FLOAT * a["kept_maps"]
  # Parameters, gradient, momentum and the best ones.
  return pool + 4 / 3 * full + 4 * _FLOAT * networks.parameters(kim, CHANNELS)


def embeddings(a: dict[str, float]) -> Iterator[Part]:
  """Picks from embeddings that processes of one device each hold."""
  row = _FLOAT * a["features"]
  size, picks = a["embeddings"] * row, a["picks"]
  for machine in machines(a):
    count, between = machine.devices, machine.hosts > 1
    rate = 1e9 * a["between_gbps" if between else "inside_gbps"]
    scan = size / count / (1e9 * a["gpu_gbps"])

    def exchanged(times, of_each, alone=count == 1, n=count, rate=rate):
      sent = 0.0 if alone else times * of_each * (n - 1)
      waits = 0.0 if alone else times * a["exchange_ms"] / 1e3
      return sent, waits + sent / rate

    read = size / (1e9 * a["disk_gbps"] * machine.hosts)
    why = "every host reads its part from its own disk"
    yield Part("reading", machine, why, taken=size, read=read)
    why = "one exchange, whatever the devices"
    sent, waits = exchanged(1, picks * _PAIR)
    yield Part("entropy", machine, why, 1, scan, sent, waits)
    sent, waits = exchanged(picks, (a["ahead"] + 1) * (row + _PAIR))
    why = (
      "picks follow each other, and each may wait for an exchange of "
      f"{a['exchange_ms']:g} ms and the rows of all processes"
    )
    work = picks * scan
    yield Part("k_center", machine, why, picks, work, sent, waits)


def streamed(a: dict[str, float], kim: Kim) -> Iterator[Part]:
  """One question to volumes in a store: each is read and predicted once."""
  rate = flops_per_second(a, kim)
  windows = int(window_counts(np.array(EXTENT), kim.patch, kim.overlap).prod())
  of_window = networks.forward_flops(kim, CHANNELS) / rate
  size = a["streamed"] * math.prod(EXTENT) * CHANNELS * _FLOAT
  for machine in machines(a):
    count = math.ceil(a["streamed"] / machine.devices) * windows
    why = "volumes go to the devices one by one"
    yield Part("asking", machine, why, count, count * of_window)
    link = min(a["store_gbps"], machine.hosts * a["between_gbps"])
    why = f"the store gives {a['store_gbps']:g} GB/s to all hosts together"
    read = size / (1e9 * link)
    yield Part("reading", machine, why, taken=size, read=read)
    sent, waits = 0.0, 0.0
    if machine.devices > 1:
      sent = kim.query * _PAIR * (machine.devices - 1)
      waits = a["exchange_ms"] / 1e3
    why = "one exchange, whatever the devices"
    yield Part("choosing", machine, why, 1, sent=sent, exchange=waits)
