"""How many labels of each class every method asked for."""

from alx.report.found import asked
from tests.answer_curves import arm


def picked(name, labels, *values):
  """An arm of two seeds that asked for items of these classes."""
  made = arm(name, [[0.5], [0.5]], [labels])
  picks = tuple({"round": "0", "class": value} for value in values)
  return made._replace(runs=tuple(r._replace(picks=picks) for r in made.runs))


def counts_of(arms, names, several=False):
  found = asked.asked(arms, "class", names, several)
  return found, [count[0].tolist() for count in found.counts]


def test_what_stands_out_is_of_as_many_labels():
  random = picked("random", 4, "a", "a", "a", "b")
  same = picked("badge", 4, "a", "b", "b", "b")
  more = picked("entropy", 8, "a", "b", "b", "b", "b", "b", "b", "b")
  _, counts = counts_of([random, same, more], ("a", "b"))
  assert counts == [[3, 1], [1, 3], [1, 7]]

  def told(seeds):
    several = [a._replace(runs=a.runs * seeds) for a in (random, same, more)]
    return asked.stood_out(counts_of(several, ("a", "b"))[0])

  # Of 2 classes of 2 methods chance alone gives it in 4 of 6 such studies of
  # two seeds, and of four seeds in 4 of 70; of six in 4 of 924.
  assert told(1) == told(2) == []
  assert told(3) == ["BADGE asked for b 3 times among 4 labels, random once."]


def test_picks_without_ids_are_no_overlap_and_no_error():
  random, other = picked("random", 2, "a", "b"), picked("badge", 2, "a", "b")
  for run in (*random.runs, *other.runs):
    for row in run.picks:
      row.pop("id", None)
  assert asked.overlaps([random, other]) is not None


def test_a_table_of_unequal_labels_says_how_many():
  random, more = picked("random", 3, "a"), picked("entropy", 2, "a", "b")
  found, _ = counts_of([random, more], ("a", "b"))
  names = [row[0] for row in asked.table(found).rows]
  assert names == ["random, 3 labels", "entropy, 2 labels"]
  assert asked.groups_table(found, "site").rows[1][:2] == [names[1], "2"]
  found, _ = counts_of([random, random._replace(name="badge")], ("a",))
  assert [r[0] for r in asked.table(found).rows] == ["random", "BADGE"]


def test_a_name_with_a_comma_is_one_class():
  names = "edema, peritumoral", "core", "edema"
  texts = "edema, peritumoral, core", "core, edema", "", "edema, other"
  found, counts = counts_of([picked("random", 4, *texts)], names, True)
  assert found.names == (*names, "other")
  assert counts == [[1, 2, 2, 1]]
