"""The console script: alx COMMAND --flags.

  alx run          active learning from images to report
  alx stream       the same on volumes that are never loaded
  alx study        a table of runs for any scheduler
  alx features     features of images, made once
  alx query        which items to label next, from arrays in files
  alx predict      masks or classes of new images, by the model of a run
  alx export       the parameters of that model, for other programs
  alx project      labelling with people, by files
  alx serve        the same over HTTP, for 3D Slicer and browsers
  alx distributed  embeddings that are shared out over several processes
  alx --version

alx COMMAND --help explains one of them.
"""

import difflib
import runpy
import sys

import alx

COMMANDS = (
  *("run", "stream", "study", "features", "query", "predict", "export"),
  *("project", "serve", "distributed"),
)


def main(argv: list[str] | None = None) -> None:
  """Starts the command that the first word names."""
  words = list(sys.argv if argv is None else argv)
  name = words[1] if len(words) > 1 else "--help"
  if name in ("--help", "-h", "help"):
    print(__doc__.strip())
  elif name == "--version":
    print(f"alx {alx.__version__}")
  elif name in COMMANDS:
    # As the main module: absl tells its docstring and flags in --help.
    sys.argv = [f"alx {name}", *words[2:]]
    module = f"alx.commands.{name}"
    runpy.run_module(module, run_name="__main__", alter_sys=True)
  else:
    near = difflib.get_close_matches(name.lower(), COMMANDS, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    print(
      f"error: no command {name!r}; {hint}there are: {', '.join(COMMANDS)}",
      file=sys.stderr,
    )
    sys.exit(2)


if __name__ == "__main__":
  main()
