"""The same command again, after its file of features was whole."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def features(forks, tmp_path_factory):
  """features(*words): (exit code, what was told); and the folder."""
  folder = tmp_path_factory.mktemp("features")
  rng = np.random.default_rng(0)
  images = rng.standard_normal((20, 6, 6)).astype(np.float32)
  np.savez(folder / "d.npz", images=images, labels=np.arange(20) % 2)
  np.savez(folder / "other.npz", images=-images, labels=np.arange(20) % 2)

  def features(*words, data="d.npz", output="f.npz"):
    flags = f"--data={folder / data}", f"--output={folder / output}"
    return forks.start("features", *flags, "--encoder=pca", *words).ended()

  assert features("--width=3")[0] == 0
  return features, folder / "f.npz"


def test_the_same_command_finds_it_finished(features):
  run, path = features
  before = path.read_bytes()
  code, told = run("--width=3")
  assert code == 0
  assert told.splitlines()[-1] == f"finished before: features 20 x 3: {path}"
  assert path.read_bytes() == before
  assert not list(path.parent.glob(".*"))  # no claim is left


@pytest.mark.parametrize(
  ("words", "data", "differs"),
  [
    (["--width=2"], "d.npz", "widths"),
    (["--width=3", "--longest=3"], "d.npz", "longest"),
    (["--width=3", "--set=test_items=9"], "d.npz", "split"),
    (["--width=3"], "other.npz", "data"),
  ],
)
def test_another_command_does_not_overwrite_it(features, words, data, differs):
  run, path = features
  before = path.read_bytes()
  code, told = run(*words, data=data)
  wanted = f"{path} is there, of other {differs}; --force overwrites it"
  assert (code, told.strip()) == (2, f"error: {wanted}")
  assert path.read_bytes() == before


def test_a_file_of_others_or_cut_off_is_refused_before_data_are_read(features):
  run, path = features
  np.savez(path.with_name("g.npz"), features=np.eye(3))
  path.with_name("h.npz").write_bytes(path.read_bytes()[:-40])
  for name in ("g.npz", "h.npz"):
    code, told = run(data="none.npz", output=name)
    assert code == 2 and told.endswith(
      f"{name} is there; --force overwrites it\n"
    )
