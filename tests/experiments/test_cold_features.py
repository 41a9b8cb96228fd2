"""The features of a cold-start study, kept in files."""

import numpy as np
import pytest

from experiments.cold.features import Features
from tests.cold_cases import prepare, write_classes


@pytest.fixture(scope="module")
def study(tmp_path_factory):
  folder = tmp_path_factory.mktemp("study")
  return prepare(write_classes(folder), folder / "work")


def test_features_are_centred_and_read_again(study):
  found = Features(study.ready, study.plan).of_pool("pca", 0)
  assert found.shape == (len(study.ready.problem.split.pool), 8)
  np.testing.assert_allclose(found.mean(0), 0, atol=1e-5)
  again = Features(study.ready, study.plan)
  again._images = "not looked at"
  np.testing.assert_array_equal(again.of_pool("pca", 1), found)


def test_a_damaged_file_is_named(study):
  path = study.ready.workdir / "features/simclr-seed1.npz"
  path.parent.mkdir(exist_ok=True)
  path.write_bytes(b"PK\x03\x04 cut")
  with pytest.raises(ValueError, match=r"simclr-seed1\.npz: wanted an \.npy"):
    Features(study.ready, study.plan).of_pool("simclr", 1)
