"""Superpixels are computed once for an image and what they depend on."""

import numpy as np
import pytest

from alx.data.cache.store import SUPERPIXELS, CaseStore
from alx.runs.units import kept_regions
from alx.units import slic


@pytest.fixture
def counted(monkeypatch):
  """How often superpixels were computed, with nothing kept in memory."""
  calls = []
  monkeypatch.setattr(kept_regions, "_kept", {})
  of_image = slic.superpixels

  def count(*given, **options):
    calls.append(given)
    return of_image(*given, **options)

  monkeypatch.setattr(slic, "superpixels", count)
  return calls


def image(seed=0):
  rng = np.random.default_rng(seed)
  return rng.standard_normal((12, 10, 1)).astype(np.float32)


def test_once_in_a_process(counted):
  segment = kept_regions.segmenter("")
  first, again = segment(image(), 6), segment(image(), 6)
  assert len(counted) == 1
  np.testing.assert_array_equal(first, again)
  np.testing.assert_array_equal(first, slic.superpixels(image(), 6))


def test_anything_else_is_another(counted):
  segment = kept_regions.segmenter("")
  segment(image(), 6)
  segment(image(1), 6)
  segment(image(), 7)
  segment(image(), 6, (1.0, 2.0))
  segment(image(), 6, compactness=0.5)
  assert len(counted) == 5


def test_a_folder_keeps_them_for_another_process(counted, tmp_path):
  first = kept_regions.segmenter(str(tmp_path))(image(), 6)
  kept_regions._kept.clear()
  again = kept_regions.segmenter(str(tmp_path))(image(), 6)
  assert len(counted) == 1
  np.testing.assert_array_equal(first, again)


def test_cases_may_be_converted_into_the_folder_later(counted, tmp_path):
  kept_regions.segmenter(str(tmp_path))(image(), 6)
  CaseStore(tmp_path)
  assert {p.name for p in tmp_path.iterdir()} == {
    *("cache.json", "cases", SUPERPIXELS)
  }


def test_a_damaged_file_is_made_anew(counted, tmp_path):
  segment = kept_regions.segmenter(str(tmp_path))
  first = segment(image(), 6)
  (file,) = (tmp_path / SUPERPIXELS).iterdir()
  whole = file.read_bytes()
  for damaged in (whole[:100], whole[:-8], b""):
    kept_regions._kept.clear()
    file.write_bytes(damaged)
    np.testing.assert_array_equal(segment(image(), 6), first)
    assert file.read_bytes() == whole
