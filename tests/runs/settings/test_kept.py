import pytest

from alx.runs.disk import store
from alx.runs.settings import kept
from alx.runs.settings.config import Config

ASKED = kept.Kept(
  Config(data="/d", widths=(8, 16), stop=("target:0.9",)), False, False
)


def test_what_was_asked_for_is_read_again(tmp_path):
  assert kept.read(tmp_path) is None
  store.write_json(tmp_path / kept.FILE, kept.content_of(ASKED))
  assert kept.read(tmp_path) == ASKED


def test_a_run_of_another_command_is_told(tmp_path):
  store.write_json(tmp_path / kept.FILE, kept.content_of(ASKED))
  with pytest.raises(
    ValueError, match="of alx run: alx run --workdir="
  ) as told:
    kept.read(tmp_path, streamed=True)
  assert "wanted a run of alx stream" in str(told.value)


@pytest.mark.parametrize(
  ("name", "line"),
  [
    ("study.json", "a study: alx study --workdir="),
    ("config.json", "give the flags that it was begun with"),
  ],
)
def test_what_else_is_there_is_told(tmp_path, name, line):
  (tmp_path / name).write_text("{}")
  with pytest.raises(ValueError, match=line):
    kept.read(tmp_path)


@pytest.mark.parametrize(
  "text",
  [
    "",
    "[]",
    "{}",
    '{"command": "run", "baselines": true, "settings": {"x": 1}}',
  ],
)
def test_a_damaged_file_is_one_line(tmp_path, text):
  (tmp_path / kept.FILE).write_text(text)
  with pytest.raises(ValueError, match="give the flags that it was") as told:
    kept.read(tmp_path)
  assert "\n" not in str(told.value)
