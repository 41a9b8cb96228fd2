import pytest

from alx.data import DataError
from alx.runs.problem import reading
from alx.runs.settings.config import Config, override
from tests.picture_cases import picture


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
