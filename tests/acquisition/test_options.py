"""Every option has a range, and is held to it before anything is compiled."""

import jax
import numpy as np
import pytest

from alx.acquisition import BY_NAME, Acquisition, configure, settings_of
from alx.acquisition.comparisons import kernels
from alx.acquisition.joint import facility, targeted
from alx.acquisition.options import READ_WITH, TABLE, keywords_of
from alx.acquisition.scores import spatial

ROWS = [
  (name, option) for name, row in BY_NAME.items() for option in settings_of(row)
]
FUNCTIONS = {
  function.__name__: function
  for row in BY_NAME.values()
  for function in (row.describe, row.select)
  if function is not None
}


def refusal(name, **options):
  """The one line that a method refuses its options with."""
  with pytest.raises(ValueError) as error:
    configure(BY_NAME[name], **options)
  assert "\n" not in str(error.value)
  return str(error.value)


def is_number(value):
  return isinstance(value, (int, float)) and not isinstance(value, bool)


# What takes a number takes 1 or 0.5 (some integers start at 2).
NUMERIC = [
  (name, option)
  for name, option in ROWS
  if any(TABLE[option].fits(number) for number in (0.5, 1, 2))
]


def test_the_table_has_every_option_and_no_other():
  assert {option for _, option in ROWS} == {
    name for name in TABLE if "." not in name
  }
  for name in [*TABLE, *READ_WITH]:
    function, _, option = name.rpartition(".")
    assert not function or option in keywords_of(FUNCTIONS[function])


@pytest.mark.parametrize(("name", "option"), ROWS)
def test_defaults_are_in_their_range(name, option):
  configure(BY_NAME[name], **{option: settings_of(BY_NAME[name])[option]})


def test_every_number_among_the_defaults_is_numeric():
  numbers = {
    (name, option)
    for name, option in ROWS
    if is_number(settings_of(BY_NAME[name])[option])
  }
  assert numbers <= set(NUMERIC) and len(NUMERIC) > 50


@pytest.mark.parametrize(
  "wrong", [float("nan"), -1, -0.5, "1", True, [1], 1e60]
)
@pytest.mark.parametrize(("name", "option"), NUMERIC)
def test_a_wrong_number_is_one_line(name, option, wrong):
  told = refusal(name, **{option: wrong})
  wanted = f"{option}: wanted "
  assert told.startswith(wanted) and told.endswith(f", found {wrong!r}")
  assert told.split(wanted)[1].startswith(
    ("an integer", "a number", "a finite")
  )


@pytest.mark.parametrize("wrong", ["no", 3, None, float("nan"), [1]])
@pytest.mark.parametrize(("name", "option"), sorted({*ROWS} - {*NUMERIC}))
def test_any_other_option_is_one_line(name, option, wrong):
  if wrong is None and option == "progress":
    return
  told = refusal(name, **{option: wrong})
  assert told.startswith(f"{option}: wanted ")
  assert told.endswith(f", found {wrong!r}")


@pytest.mark.parametrize(
  ("name", "options", "told"),
  [
    (
      "prob_cover",
      {"delta": 3},
      "delta: wanted a finite number in (0, 2], or None, found 3",
    ),
    (
      "prob_cover",
      {"clusters": 5.5},
      "clusters: wanted an integer >= 2, or None, found 5.5",
    ),
    ("lsh", {"bits": 99}, "bits: wanted an integer >= 1 and <= 20, found 99"),
    (
      "usl",
      {"momentum": 1 - 1e-12},  # 1 in float32
      "momentum: wanted a finite number in [0, 1), found 0.999999999999",
    ),
    (
      "influence",
      {"damping": 1e-60},  # 0 in float32
      "damping: wanted a finite number > 0, found 1e-60",
    ),
    (
      "influence",
      {"iterations": 0},
      "iterations: wanted an integer >= 1, found 0",
    ),
    (
      "non_similar",
      {"aggregate": "min"},
      "aggregate: wanted max or mean, found 'min'",
    ),
    ("egl", {"squared": 1}, "squared: wanted True or False, found 1"),
    (
      "entropy",
      {"reduce": np.zeros((9, 9))},
      "reduce: wanted mean, sum, max, quantile, top_fraction, foreground or "
      "boundary, or a function, found array([[0., 0., 0., 0., 0., 0., 0., 0., "
      "0.], [0., 0., 0.,...",
    ),
  ],
)
def test_what_is_said(name, options, told):
  assert refusal(name, **options) == told


def test_names_are_those_of_the_functions():
  assert TABLE["reduce"].wanted.split(", or a")[0] == _listed(
    spatial.REDUCTIONS
  )
  assert TABLE["kernel"].wanted == _listed(kernels.KERNELS)
  assert TABLE["similarity"].wanted == _listed(facility.SIMILARITIES)
  assert TABLE["kind"].wanted == _listed(targeted.KINDS)


def _listed(names):
  *first, last = names
  return ", ".join(first) + f" or {last}"


@pytest.mark.parametrize(
  "number", [np.float32(0.5), np.float64(0.5), np.array(0.5)]
)
def test_numbers_of_numpy_are_as_good(number):
  configure(BY_NAME["power_bald"], beta=number)
  configure(BY_NAME["k_means"], iterations=np.uint8(3))


def test_infinite_where_it_has_a_meaning():
  configure(BY_NAME["badge"], power=float("inf"))
  assert "finite" in refusal("k_means_pp", power=float("inf"))


@pytest.mark.parametrize(
  ("name", "options", "told"),
  [
    ("prob_cover", {"delta": 0.5, "clusters": 3}, "clusters=3 does nothing"),
    ("prob_cover", {"delta": 0.5, "purity": 0.9}, "purity=0.9 does nothing"),
    ("dpp", {"bandwidth": 2.0}, "bandwidth=2.0 does nothing with kernel="),
    ("mmd", {"bandwidth": 2.0, "kernel": "linear"}, "it is for kernel='rbf'"),
    ("fisher", {"iterations": 9}, "it is for draw=True"),
    (
      "mutual_information",
      {"eta": 0.5, "kind": "gcmi"},
      "eta=0.5 does nothing with kind='gcmi'; it is for kind='flqmi', 'flvmi', "
      "'flcmi', 'com' or 'logdetmi'",
    ),
  ],
)
def test_what_does_nothing(name, options, told):
  assert told in refusal(name, **options)


def test_what_does_something():
  configure(BY_NAME["mmd"], bandwidth=2.0)
  configure(BY_NAME["dpp"], bandwidth=2.0, kernel="rbf")
  configure(BY_NAME["fisher"], iterations=9, draw=True)
  configure(BY_NAME["mutual_information"], eta=0.5)
  configure(BY_NAME["mutual_information"], eta=1, kind="gcmi")
  configure(BY_NAME["prob_cover"], delta=0.5, clusters=None, purity=0.95)


def test_a_traced_value_is_not_looked_at():
  def first_pick(beta):
    row = configure(BY_NAME["power_bald"], beta=beta)
    return row.select.keywords["beta"]

  assert float(jax.jit(first_pick)(0.5)) == 0.5


def test_functions_of_others_have_ranges_of_their_own():
  def select(key, description, candidates, k, *, power=1.0):
    del key, description, candidates, k, power

  configure(Acquisition(None, select), power=-3.0)
