"""Cores of a CPU as devices, so that seeds run beside each other on them."""

import os

import jax

from alx.devices.processes import cores_here

_MADE = "xla_force_host_platform_device_count"


def usable() -> int:
  """How many cores this process may use."""
  return len(cores_here())


def use_cores(most: int, counted: bool = True) -> int:
  """Makes a device of each core, as far as the user has not said how many.

  To be called before anything has run: later the devices are what they are.

  Args:
    most: devices, at least 1; fewer where there are fewer cores.
    counted: whether the backend may be started to tell how many there are;
      before several processes have met it may not.

  Returns:
    How many devices a CPU has now; as asked for where they are not counted.
  """
  said = os.environ.get("JAX_NUM_CPU_DEVICES", "")
  if not said and _MADE not in os.environ.get("XLA_FLAGS", ""):
    jax.config.update("jax_num_cpu_devices", min(most, usable()))
  return jax.local_device_count("cpu") if counted else most
