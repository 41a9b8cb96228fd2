"""What ingest says of one input, and what it should."""

import numpy as np

from alx.projects.exchange.ingest import ingest
from tests.projects.label_files import a_label, nifti, target

LABEL = a_label()
GOOD = nifti(LABEL)


def refused(content, code, *words, told=None, at=None, name=""):
  found = ingest(content, at or target(), told, name)
  assert (found.code, found.status, found.label) == (code, "quarantined", None)
  for word in words:
    assert word in found.problem, found.problem
  assert "\n" not in found.line()
  return found


def taken(content, *fixes, told=None, at=None, name="", want=LABEL):
  found = ingest(content, at or target(), told, name)
  assert found.code == 200, found.problem
  assert found.status == ("repaired" if fixes else "accepted"), found.line()
  for word in fixes:
    assert word in "; ".join(found.fixes)
  np.testing.assert_array_equal(found.label, want)
  assert found.label.dtype == np.uint8
  return found


def flagged(word, *args, **how):
  found = ingest(*args, **how)
  assert found.code == 200, found.problem
  assert any(word in flag for flag in found.flags), found.flags
  return found
