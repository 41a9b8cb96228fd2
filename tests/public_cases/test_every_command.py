"""What all commands have in common, whatever they do."""

import pytest

from alx.runs.disk.claim import Claim

# The flags of a command that would begin at once, but for the place.
COMMANDS = {
  "run": ("--data={data}", "--workdir={place}"),
  "stream": ("--data={data}", "--workdir={place}", "--cache={cache}"),
  "cold_start": ("--data={data}", "--workdir={place}"),
  "kim2024": ("--data={data}", "--workdir={place}", "--arms=random"),
  "survey.__main__": ("--data={data}", "--workdir={place}", "--methods=bald"),
  "distributed": ("--features={data}", "--workdir={place}"),
  "features": ("--data={data}", "--encoder=pca", "--output={place}/f.npz"),
  "predict": ("--run={data}", "--data={data}", "--out={place}"),
  "export": ("--run={data}", "--out={place}"),
  "study": ("--workdir={place}", "--data={data}"),
}


@pytest.fixture(scope="module", params=COMMANDS)
def command(request, forks, tmp_path_factory):
  """command(place, *more): (exit code, what it told)."""
  folder = tmp_path_factory.mktemp("command")

  def start(place, *more, **changes):
    known = {"data": folder / "none.npz", "cache": folder / "c"}
    words = [
      word.format(place=place, **known) for word in COMMANDS[request.param]
    ]
    return forks.start(request.param, *words, *more).ended()

  start.name = request.param
  return start


def one_line(told):
  assert told.count("\n") == 1 and told.startswith("error: "), told
  return told


def claim_of(name, place):
  if name == "features":
    return Claim(place, ".f.npz.claim")
  return Claim(place / "claims", "run")


def test_a_place_in_other_hands_is_left_alone(command, tmp_path):
  if command.name == "study":
    pytest.skip("its rows are claimed one by one, see test_study")
  place = tmp_path / "w"
  with_all = claim_of(command.name, place)
  assert with_all.take()
  before = sorted(place.rglob("*"))
  code, told = command(place)
  assert code == 3 and str(place) in one_line(told)
  assert sorted(place.rglob("*")) == before
  with_all.give_up()
  assert not place.exists()
  code, told = command(place)  # now the data are looked for
  assert code == 2 and "none.npz" in one_line(told)
  assert not place.exists()


def test_a_place_that_cannot_be(command, tmp_path):
  (tmp_path / "file").write_text("mine", "utf-8")
  for place in ("file", "file/w"):
    code, told = command(tmp_path / place)
    assert code == 2 and f"{tmp_path}/file" in one_line(told)
    assert "none.npz" not in told
  assert (tmp_path / "file").read_text("utf-8") == "mine"


def test_flags_and_help(command, tmp_path):
  code, told = command(tmp_path / "w", "--workdirr=x")
  assert code == 2 and "workdirr" in one_line(told)
  code, told = command(tmp_path / "w", "stray")
  assert code == 2 and "stray" in one_line(told)
  code, told = command(tmp_path / "w", "--verbosity=high")
  assert code == 2 and "verbosity" in one_line(told)
  assert not (tmp_path / "w").exists()
