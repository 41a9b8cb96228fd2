"""The same as `alx distributed`: python -m experiments.distributed --help."""

import runpy

if __name__ == "__main__":
  module = "alx.commands.distributed"
  runpy.run_module(module, run_name="__main__", alter_sys=True)
