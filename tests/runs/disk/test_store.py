import json

import pytest

from alx.data.dataset import DataError
from alx.runs.disk import store
from alx.runs.settings.config import Config


def test_append_and_keep_rounds(tmp_path):
  path = tmp_path / "curve.csv"
  store.append_rows(path, [{"round": 0, "dice": 0.5}])
  store.append_rows(path, [{"round": r, "dice": 0.6} for r in (1, 2)])
  store.keep_rounds(tmp_path, 2)
  assert path.read_text() == "round,dice\n0,0.5\n1,0.6\n"
  store.keep_rounds(tmp_path, 0)
  assert not path.exists()


def test_a_row_cut_off_by_a_kill_is_dropped(tmp_path):
  path = tmp_path / "curve.csv"
  path.write_text("round,dice\n0,0.5\n1")
  store.keep_rounds(tmp_path, 1)
  assert path.read_text() == "round,dice\n0,0.5\n"


def test_a_reader_never_sees_half_a_file(tmp_path):
  path = tmp_path / "x.json"
  store.write_json(path, {"a": 1})
  store.write_json(path, {"a": 2})
  assert json.loads(path.read_text()) == {"a": 2}
  assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def test_a_run_may_grow_but_not_change(tmp_path):
  data, split = {"digest": "a"}, {"pool": ["x"]}
  store.open_run(tmp_path, Config(seeds=1), data, split)
  store.open_run(tmp_path, Config(seeds=3, rounds=9), data, split)
  with pytest.raises(ValueError, match="steps = 0, now it would be 7"):
    store.open_run(tmp_path, Config(steps=7), data, split)
  with pytest.raises(ValueError, match="digest = a, now it would be b"):
    store.open_run(tmp_path, Config(), {"digest": "b"}, split)


@pytest.mark.parametrize(
  ("pool", "test", "told"),
  [
    (["a", "b"], ["c"], "other test items, the first c"),
    (["a"], ["c", "d"], "other test items, the first c"),
    (["a", "b"], ["d"], "other pool items, the first b"),
  ],
)
def test_a_run_keeps_its_split(tmp_path, pool, test, told):
  data, path = {"digest": "a"}, tmp_path / "split.json"
  split = {"pool": ["a"], "test": ["d"], "unused": []}
  store.open_run(tmp_path, Config(seeds=1), data, split)
  before = path.read_bytes()
  with pytest.raises(DataError, match=f"{told}; name another --workdir"):
    now = {"pool": pool, "test": test, "unused": []}
    store.open_run(tmp_path, Config(seeds=2), data, now)
  assert path.read_bytes() == before
  assert json.loads((tmp_path / "config.json").read_text())["seeds"] == 1


def test_a_run_of_before_there_was_a_setting_has_its_default(tmp_path):
  data, split = {"digest": "a"}, {"pool": ["x"]}
  store.open_run(tmp_path, Config(), data, split)
  path = tmp_path / "config.json"
  old = json.loads(path.read_text())
  del old["greedy_seeding"], old["passes"], old["patch"]
  store.write_json(path, old)
  with pytest.raises(ValueError, match=r"greedy_seeding = False, now .* True"):
    store.open_run(tmp_path, Config(greedy_seeding=True), data, split)
  assert json.loads(path.read_text()) == old
  store.open_run(tmp_path, Config(seeds=1, passes="pmap"), data, split)
  assert json.loads(path.read_text())["greedy_seeding"] is False


def test_versions_name_the_machine():
  found = store.versions()
  assert {"alx", "jax", "python", "device"} <= set(found)
