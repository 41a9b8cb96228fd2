"""The same as `alx features`: python -m experiments.features --help."""

import runpy

if __name__ == "__main__":
  module = "alx.commands.features"
  runpy.run_module(module, run_name="__main__", alter_sys=True)
