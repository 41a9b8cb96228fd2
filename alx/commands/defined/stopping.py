"""The flags that take rules to stop by, and what --help says of them."""

from absl import flags

from alx.runs.settings.stopping import MODES
from alx.stats.stopping import split_rules

flags.disclaim_key_flags()  # those defined here are the callers' own

# A paragraph each: --help keeps the breaks between them.
EXPLAINED = (
  "A rule that says when enough is labelled; repeatable. The run goes on, and "
  "the report tells at which round each rule would have stopped, what that "
  "saves and what it gives up.\n"
  "'budget:labels=40' or 'budget:seconds=600'.\n"
  "'plateau:rounds=3,gain=0.005'; without a gain: the slope is not above 0.\n"
  "'agreement:0.99' of consecutive models on the rest of the pool.\n"
  "'uncertainty:0.1', the largest entropy there.\n"
  "'target:0.9' of the score.\n"
  "plateau and target read what the model expects of itself on the rest of the "
  "pool; of=test reads the test results, as does 'equivalence:margin=0.02' "
  "with the model on all labels: a study that stops on those has a biased "
  "score."
)


def define() -> tuple[flags.FlagHolder, flags.FlagHolder]:
  """--stop and --stop_mode; None: not given."""
  rules = flags.DEFINE_multi_string("stop", None, EXPLAINED)
  mode = flags.DEFINE_enum(
    "stop_mode",
    None,
    MODES,
    "end: a budget of labels ends the run; other rules advise all the same.",
  )
  return rules, mode


def given(rules: list[str] | None) -> tuple[str, ...] | None:
  """The rules of all --stop, several between commas too."""
  if rules is None:
    return None
  return tuple(rule for text in rules for rule in split_rules(text))
