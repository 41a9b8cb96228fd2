"""Environment of every test process, set before jax is imported."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile

os.environ.setdefault("JAX_NUM_CPU_DEVICES", "2")
os.environ.setdefault("MPLBACKEND", "agg")


def _is_known(flags):
  """Whether XLA has them; it ends a process that gives it unknown ones."""
  command = sys.executable, "-c", "import jax; jax.devices()"
  env = os.environ | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
  done = subprocess.run(command, check=False, env=env, capture_output=True)
  return done.returncode == 0


# A test compiles for seconds what runs for milliseconds. Users do not run with
# these; to test without them: JAX_DISABLE_MOST_OPTIMIZATIONS=0 XLA_FLAGS= ...
FAST_COMPILE = {
  "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
  "XLA_FLAGS": (
    "--xla_cpu_use_fusion_emitters=false"
    " --xla_cpu_parallel_codegen_split_count=1"  # no threads of its own
  ),
}
if "PYTEST_XDIST_WORKER" not in os.environ:
  for _name, _value in FAST_COMPILE.items():
    if _name not in os.environ and (_name[0] == "J" or _is_known(_value)):
      os.environ[_name] = _value
# What a worker and its subprocesses have compiled, they do not compile again.
# Each worker has its own folder: a file is not written at once.
if "PYTEST_XDIST_WORKER" not in os.environ:
  _compiled = tempfile.mkdtemp(prefix="alx-tests-")
  atexit.register(shutil.rmtree, _compiled, ignore_errors=True)
  os.environ["JAX_COMPILATION_CACHE_DIR"] = _compiled
else:
  os.environ["JAX_COMPILATION_CACHE_DIR"] += (
    "/" + os.environ["PYTEST_XDIST_WORKER"]
  )
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
