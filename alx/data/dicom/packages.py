"""pydicom, highdicom and dicomweb-client, where they are installed."""

import contextlib
import importlib
import logging
import warnings
from collections.abc import Iterator
from types import ModuleType

from alx.data.dataset import DataError, bad_input


def wanted(name: str, file: object) -> ModuleType:
  """A package of the extra.

  Args:
    name: of the package.
    file: that cannot be read or written without it.

  Raises:
    DataError: it is not installed.
  """
  try:
    return importlib.import_module(name)
  except ImportError as error:
    need = f"{name} for DICOM (pip install 'alx-imaging[dicom]')"
    raise bad_input(file, need, "no such package") from error


@contextlib.contextmanager
def quiet() -> Iterator[None]:
  """Keeps pydicom and highdicom from telling what is odd in a header."""
  loggers = [logging.getLogger(name) for name in ("pydicom", "highdicom")]
  before = [logger.level for logger in loggers]
  for logger in loggers:
    logger.setLevel(logging.CRITICAL + 1)
  try:
    with warnings.catch_warnings():
      warnings.simplefilter("ignore")
      yield
  finally:
    for logger, level in zip(loggers, before, strict=True):
      logger.setLevel(level)


@contextlib.contextmanager
def reading(file: object, what: str) -> Iterator[None]:
  """Any error that a damaged header causes, as one line without its values.

  Args:
    file: that is read.
    what: it was wanted as.
  """
  try:
    with quiet():
      yield
  except (DataError, MemoryError):
    raise
  except FileNotFoundError as error:
    raise bad_input(file, what, error.strerror) from error
  except Exception as error:  # damaged values break in many ways
    found = f"a damaged one ({type(error).__name__})"
    raise bad_input(file, what, found) from error
