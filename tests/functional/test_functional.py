"""Every method as a function of arrays picks what `alx.query` picks."""

import functools
import inspect
import json
import os
import pathlib
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import alx
from alx import functional
from alx.acquisition import BY_NAME, settings_of
from tests import functional_on_devices
from tests.functional import cases

if hasattr(jax, "enable_x64"):
  wide = jax.enable_x64
else:
  from jax.experimental import enable_x64 as wide

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMES = [*cases.SCORES, *cases.CHOICES]


def test_every_method_has_a_function_or_a_reason():
  assert {*NAMES, *cases.WITHOUT} == set(BY_NAME)
  assert not {*NAMES} & {*cases.WITHOUT}
  assert set(NAMES) <= set(functional.__all__)


def test_alx_alone_waits_for_nothing():
  code = (
    "import sys, alx\n"
    "assert 'functional' in dir(alx) and 'jax' not in sys.modules\n"
    "assert alx.functional.bald and 'jax' in sys.modules\n"
    "assert alx.functional is sys.modules['alx.functional']"
  )
  subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize("name", cases.SCORES)
def test_scores_of_pools_in_one_program_are_those_one_by_one(name):
  found = cases.scored()[name]
  assert found.dtype == np.float32
  for p in range(cases.POOLS):
    pool = {word: x[p] for word, x in cases.pools().items()}
    given = cases.as_query(name, pool, pool["labelled"])
    del given["labelled"], given["labels"], given["available"]
    wanted = alx.score(name, n=cases.N, **given)
    np.testing.assert_allclose(found[p], wanted, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", ["bald", "egl", *cases.CHOICES])
def test_rounds_of_pools_in_one_program_are_queries_one_by_one(name):
  found = cases.picked(name)
  pools = cases.pools()
  for p in range(cases.POOLS):
    pool = {word: x[p] for word, x in pools.items()}
    labelled = pool["labelled"].copy()
    for r in range(cases.ROUNDS):
      given = cases.as_query(name, pool, labelled)
      given |= {"k": cases.K, "key": cases.SEEDS[r, p]}
      wanted = alx.query(name, **given, **cases.OPTIONS.get(name, {}))
      assert found[r, p].tolist() == wanted.tolist()
      labelled[wanted] = True
    assert len(set(found[:, p].ravel())) == cases.ROUNDS * cases.K


@functools.cache
def on_eight_devices():
  """What a process with 8 CPU devices finds of sharded pools."""
  env = os.environ | {"JAX_PLATFORMS": "cpu", "JAX_NUM_CPU_DEVICES": "8"}
  command = "-W", "error", "-m", "tests.functional_on_devices"
  done = subprocess.run(
    [sys.executable, *command],
    check=True,
    cwd=ROOT,
    env=env,
    text=True,
    stdout=subprocess.PIPE,
  )
  found = json.loads(done.stdout)
  assert found["devices"] == 8
  return found


@pytest.mark.slow
@pytest.mark.parametrize("name", cases.CHOICES)
def test_sharded_pools_are_asked_for_the_same(name):
  assert on_eight_devices()[name] == cases.picked(name)[0, 0].tolist()


@pytest.mark.slow
@pytest.mark.parametrize("name", cases.SCORES)
def test_sharded_pools_have_the_same_scores(name):
  wanted = cases.scored()[name][0]
  for found in on_eight_devices()[name]:
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)


@pytest.mark.slow
def test_a_large_sharded_pool_does_not_end_the_process():
  """XLA aborts on a top_k whose pair goes into a barrier as it is."""
  wanted = functional_on_devices.large_cover().tolist()
  assert on_eight_devices()["large"] == wanted


@pytest.mark.parametrize("name", NAMES)
def test_any_precision(name):
  """Types that do not fit are found when a program is traced."""
  key, labelled = jax.random.key(0), cases.pools()["labelled"][0]
  for enabled, dtype in ((True, jnp.float64), (False, jnp.bfloat16)):
    with wide(enabled):
      pool = {w: x[0] for w, x in cases.as_jax(cases.pools(), dtype).items()}
      ask = functools.partial(cases.ask, name)
      items = jax.eval_shape(ask, key, pool, labelled)
    assert items.shape == (cases.K,) and items.dtype == np.int32


@pytest.mark.parametrize("name", ["bald", "k_center", "badge", "typiclust"])
def test_float64_is_rounded_and_then_the_same(name):
  with wide(True):
    pool = cases.as_jax(cases.pools(), jnp.float64)
    run = jax.jit(functools.partial(cases.ask_pool, name))
    items = run(cases.keys()[0, 0], {w: x[0] for w, x in pool.items()})
  assert items.tolist() == cases.picked(name)[0, 0].tolist()


@pytest.mark.parametrize("name", NAMES)
def test_options_and_defaults_are_those_of_the_method(name):
  """All but progress, which calls the host."""
  parameters = inspect.signature(getattr(functional, name)).parameters
  options = {
    word: p.default
    for word, p in parameters.items()
    if p.kind is inspect.Parameter.KEYWORD_ONLY
  }
  settings = settings_of(BY_NAME[name])
  settings.pop("progress", None)
  assert options == settings


@pytest.mark.parametrize("name", NAMES)
def test_docstrings_tell_shapes_returns_errors_and_the_paper(name):
  text = inspect.getdoc(getattr(functional, name))
  for word in ("Args:", "Returns:\n", "Raises:\n", "[N"):
    assert word in text
  paper = BY_NAME[name].paper.split(";")[0]
  first = paper.split(" ")[0]
  assert first in text or first == "Kim"
  parameters = inspect.signature(getattr(functional, name)).parameters
  assert all(f"\n  {word}: " in text for word in parameters)
