"""The flag that takes acquisitions, and what --help says of them."""

from absl import flags

from alx.acquisition.grammar import split_arms

flags.disclaim_key_flags()  # those defined here are the callers' own

# A paragraph each: --help keeps the breaks between them.
EXPLAINED = (
  "--list_methods says what each does. They may have options and be composed; "
  "in quotes, as the shell has brackets too:\n"
  "'bald(reduce=top_fraction)': an option of a method.\n"
  "'two_stage(entropy:100, k_center)': k_center among the 100 of highest "
  "entropy.\n"
  "'entropy*2 + k_center*3': two rounds by the one, three by the other, and "
  "again; without a number the last has all rounds that follow."
)


class _Parser(flags.ArgumentParser):
  """Texts between the commas outside of brackets; nothing is none."""

  syntactic_help = "a list between commas"

  def parse(self, argument):
    if not isinstance(argument, str):
      return list(argument)
    return list(split_arms(argument)) if argument.strip() else []

  def flag_type(self):
    return "acquisitions"


def define(name: str, what: str) -> flags.FlagHolder:
  """A flag --name of texts as in `alx.acquisition.grammar`; None: not given.

  Args:
    name: of the flag.
    what: it is for, the first words of its help.
  """
  return flags.DEFINE(
    _Parser(), name, None, f"{what}\n{EXPLAINED}", serializer=_Serializer()
  )


class _Serializer(flags.ArgumentSerializer):
  def serialize(self, value):
    return ", ".join(value)


def define_cap() -> flags.FlagHolder:
  """--max_per_group."""
  return flags.DEFINE_integer(
    "max_per_group",
    None,
    "Most items of one patient that a round asks for, random ones and the "
    "starting set too; more only where there are too few patients. 0: any.",
  )
