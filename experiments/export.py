"""The same as `alx export`: python -m experiments.export --help."""

import runpy

if __name__ == "__main__":
  module = "alx.commands.export"
  runpy.run_module(module, run_name="__main__", alter_sys=True)
