import numpy as np
import pytest

from alx.projects.models import sources
from alx.projects.models.sources import SourceWeights, only, weights_of


def test_a_label_weighs_what_its_source_does():
  rule = SourceWeights(accepted=0.5, pseudo=0.25)
  found = weights_of(["expert", "accepted", "pseudo"], rule)
  np.testing.assert_array_equal(found, np.float32([1, 0.5, 0.25]))
  found = weights_of(["edited", "pseudo"], rule, [0.5, 0.8])
  np.testing.assert_allclose(found, [0.5, 0.2], rtol=1e-6)


def test_what_nobody_has_looked_at_weighs_nothing_by_itself():
  found = weights_of(sources.SOURCES, SourceWeights())
  assert found.tolist() == [1, 1, 1, 0, 0]


def test_only_some_sources():
  found = weights_of(sources.SOURCES, only(["expert", "edited"]))
  assert found.tolist() == [1, 1, 0, 0, 0]
  with pytest.raises(ValueError, match="wanted one above 0"):
    only([])
  with pytest.raises(ValueError, match=r"wanted one of expert, .* found 'me'"):
    only(["me"])


@pytest.mark.parametrize(
  ("decision", "source"),
  [
    ("scratch", "expert"),
    ("redraw", "expert"),
    ("edit", "edited"),
    ("accept", "accepted"),
  ],
)
def test_what_a_reader_decides_is_a_source(decision, source):
  assert sources.source_of(decision) == source


@pytest.mark.parametrize("decision", ["reject", "skip", "decline", ""])
def test_a_rejected_draft_is_never_a_label(decision):
  with pytest.raises(ValueError, match="wanted one that gives a label"):
    sources.source_of(decision)


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan"), True, "1"])
def test_weights_out_of_range_are_refused(weight):
  with pytest.raises(ValueError, match=r"pseudo: wanted a weight in \[0, 1\]"):
    SourceWeights(pseudo=weight)


@pytest.mark.parametrize("confidence", [[0.5], [0.5, 1.5], [0.5, np.nan]])
def test_confidence_out_of_range_is_refused(confidence):
  with pytest.raises(ValueError, match="confidence: wanted 2 numbers"):
    weights_of(["expert", "edited"], SourceWeights(), confidence)


def test_the_ramp_grows_to_one():
  found = [sources.ramp(t) for t in (-1, 0, 0.5, 1, 2)]
  np.testing.assert_allclose(
    found, [np.exp(-5), np.exp(-5), np.exp(-1.25), 1, 1]
  )
