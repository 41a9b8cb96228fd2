"""What README shows runs as it stands."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[1]


def names_after(number):
  """What the number-th python block of README leaves behind."""
  text = (ROOT / "README.md").read_text()
  code = re.findall(r"```python\n(.*?)```", text, re.S)[number]
  names = {}
  exec(compile(code, "README.md", "exec"), names)
  return names


def test_the_front_door_example_runs(capsys):
  names = names_after(0)
  asked = names["items"].tolist()
  assert len(set(asked)) == 10 and min(asked) >= 20
  assert names["uncertain"].shape == (500,)
  assert "bald" in capsys.readouterr().out


def test_the_loop_example_runs():
  asked = names_after(1)["items"].tolist()
  assert len(set(asked)) == 5 and not set(asked) & set(range(5))
