"""What README and the guides show runs as it stands."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
GUIDES = sorted((ROOT / "docs").glob("*.md"))


def blocks_of(path):
  """Its python blocks."""
  return re.findall(r"```python\n(.*?)```", path.read_text("utf-8"), re.S)


def names_after(path, *blocks):
  """What the code leaves behind."""
  names = {"__name__": path.stem}
  for block in blocks:
    exec(compile(block, path.name, "exec"), names)
  return names


README = ROOT / "README.md"
SHOWN = [p for p in GUIDES if set(blocks_of(p)) - set(blocks_of(README))]


def test_the_front_door_example_runs(capsys):
  names = names_after(README, blocks_of(README)[0])
  asked = names["items"].tolist()
  assert len(set(asked)) == 10 and min(asked) >= 20
  assert names["uncertain"].shape == (500,)
  assert "bald" in capsys.readouterr().out


def test_the_program_of_ones_own_is_the_tested_one():
  snippet = ROOT / "tests/snippets/own_program.py"
  shown = blocks_of(README)[1]
  assert "jax.vmap" in shown and snippet.read_text("utf-8").startswith(shown)


@pytest.mark.slow
def test_the_loop_example_runs(tmp_path, monkeypatch):
  monkeypatch.chdir(tmp_path)
  names = names_after(README, blocks_of(README)[2])
  asked = names["items"].tolist()
  labelled = names["state"].pool.labelled
  assert len(set(asked)) == 4 and not labelled[names["items"]].any()
  assert labelled.sum() == 8 and labelled[:4].all()
  assert names["masks"].shape == (16, 32, 32)
  assert names["step"] == 2
  assert names["again"].tolist() == asked


@pytest.mark.slow
@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.stem)
def test_the_examples_of_a_guide_run_one_after_the_other(
  path, tmp_path, monkeypatch
):
  monkeypatch.chdir(tmp_path)
  names_after(path, *blocks_of(path))


def test_the_guides_show_the_loop_of_readme():
  loop = blocks_of(ROOT / "docs/loop.md")
  assert loop[0] == blocks_of(README)[2]


@pytest.mark.parametrize("path", [README, *GUIDES], ids=lambda path: path.stem)
def test_links_lead_to_files(path):
  text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.S)
  links = re.findall(r"\]\(([^)#:\s]+)[^)]*\)", text)
  images = re.findall(r"```\{image\} (\S+)", path.read_text("utf-8"))
  missing = [x for x in links + images if not (path.parent / x).exists()]
  assert not missing
