import numpy as np
import pytest

from alx.data import DataError
from alx.runs.problem import reading
from alx.runs.settings.config import Config, override
from alx.runs.units import kept_regions, pool
from tests.picture_cases import pairs, picture


def test_settings_reach_the_reader(tmp_path):
  for i in range(4):
    picture(tmp_path / f"pt{i // 2}_{i}.png", seed=i)
  rows = [f"pt{i // 2}_{i},{'ab'[i % 2]}" for i in range(4)]
  (tmp_path / "a.csv").write_text("\n".join(["image,dx", *rows]))
  config = override(
    Config(data=str(tmp_path)),
    ["columns=image,,dx", r"group_pattern=(pt\d)_.", "image_size=4"],
  )
  found = reading.load_dataset(config, None)
  assert found.class_names == ("a", "b") and found.images[0].shape == (4, 4, 3)
  assert found.groups == ("pt0", "pt0", "pt1", "pt1")
  with pytest.raises(DataError, match=r"wanted an \.npz file to use where on"):
    reading.load_dataset(override(config, ["where=a=1"]), None)


def test_superpixels_of_pictures_are_kept_in_the_cache(tmp_path, monkeypatch):
  pairs(tmp_path / "images", tmp_path / "masks", ("a", "b", "c"))
  cache = tmp_path / "cache"
  config = Config(data=str(tmp_path), cache=str(cache), unit="superpixels:4")
  dataset = reading.load_dataset(config, None)
  first = pool.make(config, dataset, [0, 1], (8, 8))
  assert len(list(cache.glob("superpixels/*.npy"))) == 2
  kept_regions._kept.clear()
  monkeypatch.setattr(kept_regions.slic, "superpixels", None)  # not called
  again = pool.make(config, dataset, [0, 1], (8, 8))
  np.testing.assert_array_equal(first.regions, again.regions)
  with pytest.raises(DataError, match="wanted a folder with imagesTr"):
    reading.load_dataset(override(config, ["unit=boxes:4"]), None)
