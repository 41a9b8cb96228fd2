"""What README shows runs as it stands."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[1]


def test_the_library_example_runs():
  text = (ROOT / "README.md").read_text()
  code = re.search(r"```python\n(.*?)```", text, re.S).group(1)
  names = {}
  exec(compile(code, "README.md", "exec"), names)
  asked = names["items"].tolist()
  assert len(set(asked)) == 5 and not set(asked) & set(range(5))
