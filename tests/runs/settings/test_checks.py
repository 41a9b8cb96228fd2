import pytest

from alx.runs.settings import checks


@pytest.mark.parametrize(
  ("check", "message"),
  [
    (
      lambda: checks.among("arm", "c", ("a", "b")),
      "arm: 'c' is not one of a, b",
    ),
    (lambda: checks.at_least("n", 0, 1), "n must be at least 1, found 0"),
    (lambda: checks.at_least("n", float("nan"), 1), "found nan"),
    (lambda: checks.within("x", 2, 0, 1), r"x must be in \[0, 1\], found 2"),
    (lambda: checks.within("x", 1, 0, 1, True), r"in \[0, 1\), found 1"),
    (lambda: checks.within("x", 0, 0, 1, True, True), r"in \(0, 1\), found 0"),
  ],
)
def test_what_makes_no_sense_is_one_line(check, message):
  with pytest.raises(ValueError, match=message):
    check()


def test_what_makes_sense_passes():
  checks.among("arm", "a", ("a", "b"))
  checks.at_least("n", 1, 1)
  checks.within("x", 1, 0, 1)
  checks.within("x", 0.5, 0, 1, True, True)
