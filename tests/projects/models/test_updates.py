import pytest

from alx.projects.models.updates import Update, plan_update

ALL = ["d", "c", "b", "a", "e", "f"]
SEEN = ["a", "b", "c", "d"]


def plan(mode, replay=None, **others):
  arguments = {"labelled": ALL, "seen": SEEN, "start": "v1"} | others
  return plan_update(0, Update(mode, replay), **arguments)


@pytest.mark.parametrize(
  ("mode", "start", "items", "replayed"),
  [
    ("scratch", "", "abcdef", ""),
    ("warm", "v1", "abcdef", "abcd"),
    ("finetune_new", "v1", "ef", ""),
  ],
)
def test_each_mode_sees_its_data(mode, start, items, replayed):
  found = plan(mode)
  assert (found.start, found.items) == (start, tuple(items))
  assert found.replayed == tuple(replayed)
  assert found.record()["items"] == tuple(items)


def test_replay_draws_what_was_seen():
  found = plan("finetune_replay", 1.0)
  assert len(found.replayed) == 2 and set(found.replayed) < set(SEEN)
  assert found.items == tuple(sorted([*found.replayed, "e", "f"]))
  assert found == plan("finetune_replay", 1.0, labelled=ALL[::-1])
  assert plan("finetune_replay", 0.1).replayed != ()
  assert plan("finetune_replay", 9.0).replayed == tuple("abcd")


def test_replay_is_of_each_domain():
  domains = {"a": "x", "b": "x", "c": "y", "d": "y"}
  for seed in range(10):
    found = plan_update(
      seed, Update("finetune_replay", 1.0), ALL, SEEN, "v1", domains
    )
    assert sorted(domains[item] for item in found.replayed) == ["x", "y"]


@pytest.mark.parametrize("mode", ["warm", "finetune_new"])
def test_where_no_model_serves_every_mode_is_from_scratch(mode):
  found = plan(mode, seen=(), start="")
  assert found.mode == "scratch" and found.items == tuple("abcdef")


def test_nothing_new_and_nothing_at_all_are_refused():
  with pytest.raises(ValueError, match="labels that the model has not seen"):
    plan("finetune_new", labelled=SEEN)
  with pytest.raises(ValueError, match="wanted labels, found none"):
    plan("scratch", labelled=[])


@pytest.mark.parametrize(
  ("mode", "replay", "line"),
  [
    ("all", None, "wanted one of scratch"),
    ("warm", 1.0, "replay means nothing to warm"),
    ("finetune_replay", None, "wants replay > 0, found None"),
    ("finetune_replay", 0.0, "wants replay > 0, found 0.0"),
    ("finetune_replay", float("nan"), "wants replay > 0"),
  ],
)
def test_settings_that_do_nothing_are_refused(mode, replay, line):
  with pytest.raises(ValueError, match=line):
    Update(mode, replay)
