"""The same as `alx study`, in a clone: python -m experiments.study --help."""

import runpy

if __name__ == "__main__":
  module = "alx.commands.study"
  runpy.run_module(module, run_name="__main__", alter_sys=True)
