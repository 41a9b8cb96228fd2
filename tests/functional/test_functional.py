"""Every method as a function of arrays: the picks of `alx.query`, everywhere."""

import functools
import inspect
import json
import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import alx
from alx import functional
from alx.acquisition import BY_NAME, settings_of
from tests.functional import cases

if hasattr(jax, "enable_x64"):
  wide = jax.enable_x64
else:
  from jax.experimental import enable_x64 as wide

NAMES = [*cases.SCORES, *cases.CHOICES]


def test_every_method_has_a_function_or_a_reason():
  assert {*NAMES, *cases.WITHOUT} == set(BY_NAME)
  assert not {*NAMES} & {*cases.WITHOUT}
  assert set(NAMES) <= set(functional.__all__)


@functools.cache
def picked(name):
  """[ROUNDS, POOLS, K], compiled."""
  pools = cases.as_jax(cases.pools())
  return np.asarray(jax.jit(cases.rounds, static_argnums=0)(
    name, cases.keys(), pools
  ))


@pytest.mark.parametrize("name", NAMES)
def test_rounds_of_pools_in_one_program_are_queries_one_by_one(name):
  found = picked(name)
  pools, keys = cases.pools(), cases.keys()
  for p in range(cases.POOLS):
    pool = {word: x[p] for word, x in pools.items()}
    labelled = pool["labelled"].copy()
    for r in range(cases.ROUNDS):
      given = cases.as_query(name, pool, labelled)
      options = cases.OPTIONS.get(name, {})
      wanted = alx.query(name, k=cases.K, key=keys[r, p], **given, **options)
      assert found[r, p].tolist() == wanted.tolist()
      labelled[wanted] = True
    assert len(set(found[:, p].ravel())) == cases.ROUNDS * cases.K
