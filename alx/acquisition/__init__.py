"""What to label next. Arrays in, arrays out; knows no model.

A method is a pair of functions, `Acquisition(describe, select)`, and one row
of `BY_NAME` in `table.py`. To add one, write the pair and the row: the contract
test, the command line and the front door find it there.
"""

from alx.acquisition.base import Acquisition, Candidates, configure, settings_of
from alx.acquisition.table import BY_NAME

__all__ = [
  "BY_NAME",
  "Acquisition",
  "Candidates",
  "configure",
  "settings_of",
]
