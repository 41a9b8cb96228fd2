"""Tests of cores as devices: each in a process that has run nothing yet."""

import os
import subprocess
import sys

import pytest

CODE = """
import os
from alx.devices import cores
cores.usable = lambda: 4
print(cores.use_cores(int(os.environ["MOST"])))
"""


@pytest.mark.parametrize(
  ("most", "said", "found"), [(3, {}, 3), (6, {"JAX_NUM_CPU_DEVICES": "2"}, 2)]
)
def test_a_device_for_each_core_unless_the_user_has_said(most, said, found):
  hidden = "JAX_NUM_CPU_DEVICES", "XLA_FLAGS"
  env = {k: v for k, v in os.environ.items() if k not in hidden}
  env |= {"JAX_PLATFORMS": "cpu", "MOST": str(most)} | said
  done = subprocess.run(
    [sys.executable, "-c", CODE],
    env=env,
    text=True,
    capture_output=True,
    check=False,
  )
  assert (done.returncode, done.stdout.strip()) == (0, str(found)), done.stderr
