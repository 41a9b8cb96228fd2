"""The same as `alx run`, in a clone: python -m experiments.run --help."""

import runpy

if __name__ == "__main__":
  module = "alx.commands.run"
  runpy.run_module(module, run_name="__main__", alter_sys=True)
