"""A flag that a command does not have, and what was meant by it."""

import dataclasses
import difflib

from absl import flags

from alx.runs.settings.config import Config

_MOST = 3  # of the names that are told
# What other tools, or other commands of ours, call a flag.
_OTHERS = {
  "method": "acquisition",
  "methods": "acquisition",
  "strategy": "acquisition",
  "query_strategy": "acquisition",
  "dataset": "data",
  "input": "data",
  "batch_size": "batch",
  "epochs": "steps",
  "lr": "learning_rate",
  "budget": "rounds",
  "n_rounds": "rounds",
  "num_rounds": "rounds",
  "query_size": "query",
  "n_query": "query",
  "initial": "start",
  "init_size": "start",
  "seed": "seeds key",
  "num_seeds": "seeds",
  "group_pattern": "group",
  "patient": "group",
  "patients": "group",
  "output": "workdir",
  "out": "workdir",
  "output_dir": "workdir",
  "mask": "labelled",
  "embeddings": "features",
  "coordinator_address": "coordinator",
  "processes": "num_processes",
  "world_size": "num_processes",
  "process": "process_id",
  "rank": "process_id",
}


def told(name: str) -> str:
  """'Unknown command line flag 'roundz'. Did you mean: rounds ?'

  The nearest first; a setting without a flag as --set takes it.
  """
  sound = name.replace("-", "_").lower()
  here, settings = _flags(), _settings()
  meant = _OTHERS.get(sound, "").split()
  near = [name for name in meant if name in here or name in settings]
  near += difflib.get_close_matches(sound, [*here, *settings], _MOST, 0.7)
  near = list(dict.fromkeys(near))[:_MOST]
  text = f"Unknown command line flag '{name}'."
  if not near:
    return f"{text} --help lists those there are"
  shown = [n if n in here else f"set={n}=..." for n in near]
  return f"{text} Did you mean: {', '.join(shown)} ?"


def _flags():
  """Those of the command: absl's own are not proposed."""
  known = flags.FLAGS.flags_by_module_dict()
  names = {f.name for m, fs in known.items() if "absl" not in m for f in fs}
  return sorted(names)


def _settings():
  """Fields for --set, where the command has that."""
  if "set" not in flags.FLAGS:
    return []
  return [field.name for field in dataclasses.fields(Config)]
