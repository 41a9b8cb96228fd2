import pytest

from alx.runs.settings import starting
from alx.runs.settings.config import Config, absolute, override


@pytest.mark.parametrize(
  ("text", "form"),
  [
    ("random", "random"),
    (" stratified", "stratified"),
    ("coreset", "k_center"),
    ("typiclust(min_size=3)", "typiclust(min_size=3)"),
  ],
)
def test_one_form(text, form):
  assert Config(start_with=text).start_with == form


@pytest.mark.parametrize(
  ("text", "line"),
  [
    ("stratifed", "'stratifed' is none; did you mean stratified"),
    ("typiclst", "did you mean typiclust"),
    ("bald", "of features alone such as typiclust, .* one that reads samples"),
    ("k_means + k_center", "one method of features alone"),
    ("foreground_random", "found one that reads probs, space"),
  ],
)
def test_what_cannot_begin_is_refused(text, line):
  with pytest.raises(ValueError, match=line) as caught:
    starting.canonical(text)
  assert str(caught.value).startswith("start_with")


def test_features_in_a_file_are_a_path():
  config = override(Config(), ["start_with=k_means", "start_features=f.npy"])
  assert absolute(config).start_features.startswith("/")
  assert absolute(Config()).start_features == "auto"
