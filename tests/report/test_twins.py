"""A baseline that chose what random chose is no comparison."""

from alx.report import arms as numbers
from alx.report.read import Run, Study
from alx.runs.disk import store


def of(name, seed, *ids):
  rows = ({"round": "0", "labels": "4", "dice": str(0.5 + seed / 10)},)
  picks = tuple({"round": "0", "id": one} for one in ids)
  return Run(name, seed, store.pathlib.Path("x"), rows, picks)


def study(*runs):
  about = {"metric": "dice", "task": "segmentation"}
  return Study(store.pathlib.Path("x"), {}, {}, about, {}, runs, (), ())


def test_the_same_choices_are_one_row():
  found = study(
    *(of("random", seed, "a", "b") for seed in (0, 1)),
    *(of("foreground_random", seed, "b", "a") for seed in (0, 1)),
    *(of("entropy", seed, "a", "b") for seed in (0, 1)),
  )
  assert numbers.twins(found) == ("foreground_random",)
  assert [a.name for a in numbers.make_arms(found)] == ["random", "entropy"]


def test_choices_are_compared_once_and_only_of_what_was_run(monkeypatch):
  asked = []
  choices = numbers._choices
  monkeypatch.setattr(
    *(numbers, "_choices"),
    lambda found, name: asked.append(name) or choices(found, name),
  )
  both = [of(n, 0, "a") for n in ("random", "foreground_random")]
  numbers.make_arms(study(*both, of("entropy", 0, "b")))
  assert asked == ["random", "foreground_random"]
  asked.clear()
  numbers.make_arms(study(both[0], of("entropy", 0, "b")))
  assert asked == []


def test_one_other_choice_is_enough():
  found = study(
    *(of("random", seed, "a", "b") for seed in (0, 1)),
    of("foreground_random", 0, "a", "b"),
    of("foreground_random", 1, "a", "c"),
  )
  assert numbers.twins(found) == ()


def test_without_picks_nothing_is_known():
  found = study(of("random", 0), of("foreground_random", 0))
  assert numbers.twins(found) == ()
