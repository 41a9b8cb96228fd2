"""What labels cost, in a currency and a year."""

import dataclasses

import numpy as np

from alx.metrics import inputs


@dataclasses.dataclass(frozen=True)
class Rates:
  """What an hour costs; there is no default for money.

  Attributes:
    currency: such as "USD".
    year: whose money it is.
    reader_hour: of a reader at work.
    compute_hour: of the machine that fits and predicts.
    storage_gb_month: of what is kept.
  """

  currency: str
  year: int
  reader_hour: float
  compute_hour: float = 0.0
  storage_gb_month: float = 0.0

  def __post_init__(self):
    """Raises ValueError for what is no price."""
    if not isinstance(self.currency, str) or not self.currency.strip():
      raise ValueError(f"currency: wanted a name, found {self.currency!r}")
    inputs.check_whole("year", self.year, 1900)
    for name in ("reader_hour", "compute_hour", "storage_gb_month"):
      value = inputs.number_of(name, getattr(self, name), 0)
      object.__setattr__(self, name, value)


def cost_of(
  rates: Rates,
  reading_s: np.ndarray,
  *,
  failed_s: np.ndarray = 0.0,
  compute_s: np.ndarray = 0.0,
  gb_months: np.ndarray = 0.0,
) -> np.ndarray:
  """Money of reading, of drafts that were thrown away, computing, storage.

  rate * (reading + failed) / 3600 + compute rate * compute / 3600 + storage.

  Args:
    rates: of an hour.
    reading_s: [...] seconds of viewing and editing, accepted cases included.
    failed_s: [...] seconds spent on drafts that were rejected.
    compute_s: [...] seconds of the machine.
    gb_months: [...] of storage.

  Raises:
    ValueError: for what is not known, or negative.
  """
  parts = {
    "reading_s": reading_s,
    "failed_s": failed_s,
    "compute_s": compute_s,
    "gb_months": gb_months,
  }
  for name, value in parts.items():
    if not (np.asarray(value, float) >= 0).all():
      raise ValueError(f"{name}: wanted numbers >= 0, found another")
  read = np.asarray(reading_s, float) + failed_s
  return (
    rates.reader_hour * read / 3600
    + rates.compute_hour * np.asarray(compute_s, float) / 3600
    + rates.storage_gb_month * np.asarray(gb_months, float)
  )
