"""What large studies would cost on 1 GPU, 8 GPUs and 64 hosts, on paper.

    python -m experiments.benchmarks.costs
    python -m experiments.benchmarks.costs --fit_hours=1.5 --between_gbps=50

Nothing is run: steps and bytes are counted from settings, seconds follow from
rates, all of which are flags with the source of their value. Work, exchanges
and reading are added up, as if none could hide behind another. Three cases:
the study of Kim et al. 2024 at its size, with its batch of one patch and with
batches that devices share; 1,000 picks from a million embeddings; a question
to volumes that are read from a store.
"""

import math
from collections.abc import Sequence

from absl import app, flags

from experiments.benchmarks import networks
from experiments.benchmarks.cost_parts import (
  CHANNELS,
  Case,
  embeddings,
  flops_per_second,
  held,
  streamed,
  study,
)
from experiments.kim.settings import Kim

# Name: (value, unit, source).
ASSUMED = {
  "fit_hours": (5.0, "h", "Kim 2024: the longest fit, on one V100 of 16 GB"),
  "epochs": (140.0, "", "Kim 2024: saturates at about 90; and 50 of patience"),
  "gpu_gb": (16.0, "GB", "Kim 2024: memory of a GPU"),
  "gpu_gbps": (900.0, "GB/s", "V100 data sheet: memory of a GPU"),
  "inside_gbps": (150.0, "GB/s", "V100 data sheet: NVLink, one way"),
  "between_gbps": (12.5, "GB/s", "assumed: a port of 100 Gbit/s of a host"),
  "hop_us": (10.0, "us", "assumed: from one device to the next"),
  "exchange_ms": (1.0, "ms", "assumed: of all processes, by way of Python"),
  "store_gbps": (5.0, "GB/s", "assumed: one store, read by all hosts"),
  "disk_gbps": (3.0, "GB/s", "nnU-Net, documentation/benchmarking.md: advice"),
  "kept_maps": (13.0, "", "experiments/kim2024.py: maps of a training patch"),
  "gpus": (8.0, "", "assumed: of a host"),
  "hosts": (64.0, "", "assumed"),
  "volumes": (638.0, "", "Kim 2024: those of the study"),
  "tested": (125.0, "", "Kim 2024: those of them that are tested on"),
  "arms": (4.0, "", "Kim 2024, experiment 1, without the bootstrap"),
  "seeds": (3.0, "", "assumed"),
  "embeddings": (1e6, "", "assumed"),
  "features": (128.0, "", "assumed: numbers of an embedding"),
  "picks": (1000.0, "", "assumed"),
  "ahead": (32.0, "", "alx.devices.sharded.k_center: rows that each offers"),
  "streamed": (10_000.0, "", "assumed: volumes of the streamed pool"),
}
KIM = Kim(data="BraTS")


def cases(a: dict[str, float], kim: Kim = KIM) -> list[Case]:
  """All of them."""
  rows = f"{a['arms']:g} arms x {a['seeds']:g} seeds"
  size = f"{a['volumes']:,.0f} volumes, {rows}"
  picks = f"{a['picks']:,.0f} picks from {a['embeddings']:,.0f} embeddings"
  return [
    Case(f"Kim 2024, {size}, one patch a step", [*study(a, kim, False)]),
    Case(
      f"Kim 2024, {size}, a batch over devices, as if epochs were as many",
      [*study(a, kim, True)],
    ),
    Case(picks, [*embeddings(a)]),
    Case(
      f"one question to {a['streamed']:,.0f} streamed volumes",
      [*streamed(a, kim)],
    ),
  ]


def stops_first(case: Case) -> str:
  """Which part that takes time on the largest machine gains least there."""
  largest = case.parts[-1].machine
  last = [p for p in case.parts if p.machine == largest]
  total = sum(p.seconds for p in last)
  worst, share = None, math.inf
  for part in (p for p in last if p.seconds >= 0.1 * total):
    one = next(p for p in case.parts if p.name == part.name)
    gained = one.seconds / part.seconds / largest.devices
    if gained < share:
      worst, share = part, gained
  return (
    f"{case.name}: **{worst.name}** stops first. {largest.name} is "
    f"{largest.devices} devices; it is {share * largest.devices:.3g} times as "
    f"fast, and {worst.seconds / total:.0%} of the time there: {worst.why}."
  )


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
  """Lines of Markdown."""
  lines = [columns, ["---"] * len(columns), *rows]
  return [f"| {' | '.join(line)} |" for line in lines]


def table_of(case: Case) -> list[str]:
  """A line for each part on each machine, and the sum of a machine."""
  rows = []
  for machine in dict.fromkeys(p.machine for p in case.parts):
    parts = [p for p in case.parts if p.machine == machine]
    for n, p in enumerate(parts):
      rows.append(
        [
          *("" if n else machine.name, p.name),
          *(f"{p.steps:,.0f}" if p.steps else "", duration(p.work)),
          *(size_of(p.sent), duration(p.exchange)),
          *(size_of(p.taken), duration(p.read)),
          duration(sum(p.seconds for p in parts)) if n == 0 else "",
        ]
      )
  columns = (
    *("machine", "part", "steps in turn", "work", "sent by a device"),
    *("exchange", "read by all", "reading", "all parts"),
  )
  return table(columns, rows)


def duration(seconds: float) -> str:
  """In the unit that shows it best; nothing for none."""
  if not seconds:
    return ""
  for unit, size in (("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 0.5)):
    if seconds >= 2 * size:
      return f"{seconds / max(size, 1):.3g} {unit}"
  return f"{1e3 * seconds:.3g} ms"


def size_of(count: float) -> str:
  """Bytes in the unit that shows them best; nothing for none."""
  if not count:
    return ""
  for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
    if count >= size:
      return f"{count / size:.3g} {unit}"
  return f"{count / 1e3:.3g} kB"


def memory_lines(a: dict[str, float], kim: Kim) -> list[str]:
  """What a device holds where devices share the pool and a batch."""
  counts = [1, int(a["gpus"])]
  sizes = [held(a, kim, n) / 1e9 for n in counts]
  told = [
    f"{s:.1f} GB on each of {n}" for s, n in zip(sizes, counts, strict=True)
  ]
  line = (
    f"A fit of Kim 2024 with its pool holds {', '.join(told)}; there are "
    f"{a['gpu_gb']:g} GB on a device."
  )
  if sizes[0] > a["gpu_gb"]:
    line += " Alone a device leaves the pool on the host or on disk."
  return [line]


def page(a: dict[str, float], kim: Kim = KIM) -> list[str]:
  """All lines that are printed."""
  rows = [
    (f"`--{name}`", f"{a[name]:,g} {unit}".strip(), source)
    for name, (_, unit, source) in ASSUMED.items()
  ]
  lines = table(("assumed", "value", "source"), rows)
  lines += ["", *networks.lines(kim, CHANNELS), ""]
  rate = flops_per_second(a, kim)
  lines += [
    f"One device makes {rate / 1e12:.3g} TFLOP/s of a fit, by its hours.",
    *memory_lines(a, kim),
  ]
  for case in cases(a, kim):
    lines += ["", f"{case.name}:", "", *table_of(case), "", stops_first(case)]
  return lines


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  for name, (value, unit, source) in ASSUMED.items():
    flags.DEFINE_float(name, value, f"{source}. {unit}", lower_bound=1e-9)


def given(values: flags.FlagValues) -> dict[str, float]:
  """What the flags say."""
  return {name: values[name].value for name in ASSUMED}


def main(argv: list[str]) -> None:
  """Prints the tables."""
  if len(argv) > 1:
    raise app.UsageError(f"unexpected argument {argv[1]}")
  print("\n".join(page(given(flags.FLAGS))))


if __name__ == "__main__":
  define_flags()
  app.run(main)
