"""Seconds where they may be said."""

import numpy as np
import pytest

from alx.effort import Prices
from alx.effort.fit import line_of
from experiments.nocode.pricing import (
  make_pricing,
  path_of,
  seconds_by_price,
  totals_in_mm,
)
from tests.nocode_cases import SCENARIO, case

HEAD = "reader,seconds,decision,viewed,added,erased,components,slices,whole\n"


def write_log(folder, rows=24, seconds=lambda added: 10 + 0.5 * added):
  rng = np.random.default_rng(0)
  lines = [HEAD]
  for i in range(rows):
    added, *others = rng.integers(1, 99, 5)
    told = ",".join(map(str, [added, *others[:3]]))
    lines.append(
      f"r{i % 3},{seconds(added)},edit,{10 + i % 4},{told},{others[3]}\n"
    )
  path = folder / "log.csv"
  path.write_text("".join(lines))
  return path


def test_without_a_log_it_is_a_scenario():
  pricing = make_pricing(None, None, None)
  assert pricing.fitted is None and len(pricing.prices) == 64
  found = seconds_by_price([case("a"), case("b", "accept")], pricing)
  assert found.shape == (2, 64)
  # 5 s + 10 slices of 0.1 s, and 100 mm of 0.05 s.
  assert found[:, 0] == pytest.approx([11.0, 6.0])


def test_a_log_gives_prices(tmp_path):
  pricing = make_pricing(str(write_log(tmp_path)), None, None)
  assert pricing.fitted.readers == 3
  assert pricing.prices[0].draw_s == pytest.approx(0.5)
  assert line_of(pricing.fitted).startswith("seconds: fitted to 24 measured")
  found = seconds_by_price([case("a", "edit", added=40.0)], pricing)
  assert found[0, 0] == pytest.approx(30.0, abs=0.1)


@pytest.mark.parametrize(
  ("text", "told"),
  [
    ("", "found no row"),
    (HEAD, "found no row"),
    (HEAD.replace("slices,", ""), "found no row"),
    (HEAD.replace("slices,", "") + "a,1,edit,1,1,1,1,1\n", "no column slices"),
    (
      HEAD + "a,1,edit,1,1,1,1,1,1\n" * 3,
      "more than 6 measured cases, found 3",
    ),
    (HEAD + "a,fast,edit,1,1,1,1,1,1\n", "could not convert"),
    (HEAD + "a,1,edited,1,1,1,1,1,1\n", "decision: wanted one of accept"),
  ],
)
def test_a_log_that_does_not_do_is_one_line(text, told, tmp_path):
  path = tmp_path / "log.csv"
  path.write_text(text)
  with pytest.raises(ValueError, match=told) as raised:
    make_pricing(str(path), None, None)
  assert str(raised.value).startswith(f"{path}: wanted measured cases")
  with pytest.raises(
    ValueError, match="none.csv: wanted measured cases".replace(".", r"\.")
  ):
    make_pricing(str(tmp_path / "none.csv"), None, None)


def test_voxels_have_no_seconds_unless_a_side_is_assumed():
  unknown = case("a", unit="voxels")
  assert seconds_by_price([unknown], SCENARIO) is None
  assumed = SCENARIO._replace(pixel_mm=2.0, prices=(Prices(0, 0, 1, 0, 0, 0),))
  assert seconds_by_price([unknown], assumed).tolist() == [[200.0]]
  assert totals_in_mm(case("a"), 2.0).whole == 100.0  # known: not touched


def test_pace_and_path():
  slow = case("a", "edit", added=30.0, erased=10.0, pace=2.0)
  one = SCENARIO._replace(prices=(Prices(1, 0, 0, 0, 0, 0),))
  assert seconds_by_price([slow], one).tolist() == [[2.0]]
  assert [path_of({**slow, "decision": d}) for d in ("accept", "edit")] == [
    0.0, 40.0
  ]  # fmt: skip
  assert path_of({**slow, "decision": "redraw"}) == 100.0
