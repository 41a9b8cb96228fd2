"""What is open, and what is not followed."""

import dataclasses

from experiments.kim import deviations
from experiments.kim.settings import Kim


def test_what_is_open_is_a_setting():
  names = {field.name for field in dataclasses.fields(Kim)}
  assert set(deviations.OPEN) <= names


def test_the_help_tells_everything():
  text = deviations.explain()
  for words in ("logit_pyramid", "25 epochs", "0.3 an axis", "float32"):
    assert words in text
  assert "cpu over code: patience, prediction." in text
  assert all(f"{name}: " in text for name in deviations.OPEN)
