"""The same as `alx predict`: python -m experiments.predict --help."""

import runpy

if __name__ == "__main__":
  module = "alx.commands.predict"
  runpy.run_module(module, run_name="__main__", alter_sys=True)
