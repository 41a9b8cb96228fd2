"""The same as `alx stream`, in a clone: python -m experiments.stream --help."""

import runpy

if __name__ == "__main__":
  module = "alx.commands.stream"
  runpy.run_module(module, run_name="__main__", alter_sys=True)
