"""Features made once, and active learning on them."""

import dataclasses
import json

import numpy as np
import pytest
from rich.console import Console

from alx import data
from alx.data.arrays.features import read_features
from alx.runs import compare
from alx.runs.disk import store
from alx.runs.features import encode, trained, unlabelled
from alx.runs.settings.config import Config
from alx.runs.use.trained import load
from tests import command_line as commands
from tests.forks import shared
from tests.public_cases.volumes import write

QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
  """24 images of two classes, 12 patients, in two.npz."""
  folder = tmp_path_factory.mktemp("data")
  rng = np.random.default_rng(0)
  labels = np.arange(24) % 2
  images = rng.standard_normal((24, 8, 8)) + labels[:, None, None]
  np.savez(
    folder / "two.npz",
    images=images.astype(np.float32),
    labels=labels,
    patient=np.arange(24) // 2,
  )
  return folder


def command(*arguments):
  return commands.run("experiments.features", *arguments)


@pytest.fixture(scope="module")
def written(folder):
  """The file of principal components, made by the command."""
  done = command(
    f"--data={folder / 'two.npz'}",
    "--encoder=pca",
    "--width=4",
    f"--output={folder / 'pca.npz'}",
  )
  assert done.returncode == 0, done.stderr
  assert "features 24 x 4" in done.stdout
  return folder / "pca.npz"


def test_the_file_is_a_data_set_of_the_same_split(folder, written):
  images, rows = data.load(folder / "two.npz"), data.load(written)
  assert rows.task == "classification" and rows.ids == images.ids
  assert rows.groups == images.groups
  assert [int(y) for y in rows.labels] == [int(y) for y in images.labels]
  a, b = data.split(images, seed=0), data.split(rows, seed=0)
  np.testing.assert_array_equal(a.pool, b.pool)
  np.testing.assert_array_equal(a.test, b.test)


def test_a_run_takes_the_file(written, tmp_path):
  run = shared().start(
    "run",
    f"--features={written}",
    f"--workdir={tmp_path}",
    "--acquisition=random",
    "--seeds=1",
    "--nofull",
    "--set=rounds=0",
    "--set=steps=2",
  )
  code, told = run.ended()
  assert code == 0, told
  assert "classification, 18 pool items and 6 test" in told
  assert told.strip().endswith("report.html")
  done = command(
    f"--checkpoint={tmp_path / 'runs/random-seed0'}",
    f"--output={tmp_path / 'f.npz'}",
  )
  assert done.returncode == 0 and "features 24 x" in done.stdout, done.stderr


def test_features_that_do_not_fit_are_one_line(folder, tmp_path):
  np.save(tmp_path / "f.npy", np.eye(24))
  np.savez(tmp_path / "f.npz", features=np.eye(24)[:3], ids=np.arange(40))
  data_flag = f"--data={folder / 'two.npz'}"
  alone, missing, ids = commands.errors_of(
    "experiments.run",
    [f"--features={tmp_path / 'f.npy'}"],
    [f"--features={tmp_path / 'none.npz'}"],
    [data_flag, f"--features={tmp_path / 'f.npz'}"],
  )
  assert "wanted labels: in --data, or in an .npz" in alone
  assert "none.npz: wanted" in missing and "found no file" in missing
  assert "3 rows: wanted 3 different ids, found 40 ids" in ids


def test_a_file_of_other_items_is_told(folder, written):
  dataset = data.load(folder / "two.npz")
  np.testing.assert_array_equal(
    encode.load(written, dataset), read_features(written)[0]
  )
  other = dataset._replace(ids=dataset.ids[::-1])
  with pytest.raises(data.DataError, match="features of the 24 items of two"):
    encode.load(written, other)


def test_a_segmentation_has_features_without_labels(tmp_path):
  maps = np.zeros((8, 6, 6), np.uint8)
  maps[:, 2:4] = 1
  np.savez(tmp_path / "s.npz", images=maps + 0.5, labels=maps)
  dataset = data.load(tmp_path / "s.npz")
  split = data.split(dataset, seed=0)
  encode.save(tmp_path / "f.npz", dataset, split, np.eye(8))
  with np.load(tmp_path / "f.npz") as file:
    assert set(file.files) == {"features", "ids", "split"}
    assert file["split"].tolist().count(2) == len(split.test)


def trained_in(workdir, folder, seeds):
  """Finished runs of an MLP, of so many seeds."""
  config = Config(
    data=str(folder / "two.npz"),
    acquisition=("random",),
    model="mlp",
    widths=(4,),
    seeds=seeds,
    start=4,
    rounds=0,
    steps=4,
    full=False,
  )
  ready = compare.prepare(config, workdir, QUIET, baselines=False)
  compare.train(ready, QUIET)
  return ready


@pytest.fixture(scope="module")
def run(folder, tmp_path_factory):
  """(comparison, folder) of a finished run of an MLP."""
  workdir = tmp_path_factory.mktemp("run")
  return trained_in(workdir, folder, seeds=1), workdir / "runs/random-seed0"


def test_where_a_run_made_its_passes_does_not_bind_its_features(tmp_path):
  config = dataclasses.asdict(Config(seeds=1, passes="pmap"))
  store.write_json(tmp_path / "config.json", config)
  found = trained.read_config(tmp_path / "runs/bald-seed0")
  assert found == Config(seeds=1)  # also on a single device


def test_a_trained_model_gives_features_of_all_items(run):
  ready, folder = run
  assert trained.find_run(ready.workdir) == folder
  assert trained.read_config(folder) == ready.config
  trained.check_data(folder, ready.problem)
  params = load(folder).params
  found = trained.features_of(params, ready.problem, ready.config)
  assert found.shape == (24, 4) and (found >= 0).all() and found.std() > 0
  again = trained.features_of(params, ready.problem, ready.config)
  np.testing.assert_array_equal(found, again)


@pytest.fixture(scope="module")
def batch(folder, tmp_path_factory):
  """Runs of random, seeds 0 and 1, that were trained together."""
  workdir = tmp_path_factory.mktemp("batch")
  trained_in(workdir, folder, seeds=2)
  assert (workdir / "batches/random-seeds0-1").is_dir()
  return workdir


def test_seeds_that_were_trained_together_give_features(batch, tmp_path):
  names = [tmp_path / "f0.npz", tmp_path / "f1.npz"]
  ends = commands.ends_of(
    "experiments.features",
    *(
      [f"--checkpoint={batch / f'runs/random-seed{n}'}", f"--output={name}"]
      for n, name in enumerate(names)
    ),
  )
  assert [code for code, _ in ends] == [0, 0], ends
  rows = [read_features(name)[0] for name in names]
  assert rows[0].shape == rows[1].shape == (24, 4)
  assert not np.array_equal(*rows)  # a model each
  with pytest.raises(ValueError, match=r"found .*random-seed0, .*random-seed1"):
    trained.find_run(batch)


def test_other_data_and_no_run_are_told(run, tmp_path):
  ready, folder = run
  dataset = ready.problem.dataset
  labels = (np.int32(1 - dataset.labels[0]), *dataset.labels[1:])
  other = ready.problem._replace(dataset=dataset._replace(labels=labels))
  with pytest.raises(ValueError, match="wanted the data of"):
    trained.check_data(folder, other)
  split = ready.problem.split
  swapped = split._replace(test=split.test[1:])
  with pytest.raises(
    data.DataError, match=r"split\.json.*found other test items"
  ):
    trained.check_data(folder, ready.problem._replace(split=swapped))
  with pytest.raises(ValueError, match="wanted one run with checkpoints"):
    trained.find_run(tmp_path)
  with pytest.raises(ValueError, match="wanted the settings of a run"):
    trained.read_config(tmp_path / "runs/x-seed0")


def test_only_a_new_npz_is_written_without_force(written):
  foreign = written.with_name("foreign.npz")
  np.savez(foreign, features=np.eye(3), ids=np.arange(3))
  with pytest.raises(ValueError, match="--force overwrites it"):
    encode.check_output(foreign, force=False)
  encode.check_output(foreign, force=True)
  encode.check_output(written, force=False)  # perhaps of the same command
  other = written.with_name("f.npy")
  with pytest.raises(ValueError, match=r"ends in \.npz, found .*f\.npy"):
    encode.check_output(other, force=True)


def test_a_wrong_flag_is_one_line_and_exit_code_2(folder, written):
  before = written.read_bytes()
  done = command(
    f"--data={folder / 'two.npz'}", "--encoder=pca", f"--output={written}"
  )
  assert done.returncode == 2
  lines = done.stderr.strip().splitlines()
  assert len(lines) == 1 and "--force overwrites it" in lines[0]
  assert written.read_bytes() == before


def test_flags_that_do_nothing_or_say_two_things(folder, tmp_path):
  common = f"--data={folder / 'two.npz'}", f"--output={tmp_path / 'f.npz'}"
  pca, simclr = "--encoder=pca", "--encoder=simclr"
  told = commands.errors_of(
    "experiments.features",
    *(
      [*common, "--checkpoint=run", flag]
      for flag in ("--seed=0", "--width=3", "--steps=7", "--longest=9")
    ),
    [*common, pca, "--seed=5"],
    [*common, pca, "--steps=7"],
    [*common, simclr, "--seed=99999999999999999999"],
    [*common, simclr, "--seed=-1"],
    [*common, pca, "--where=patient=1", "--set=where=patient=2"],
    [*common, pca, "--set=data=other.npz"],
  )
  for name, line in zip(
    ("seed", "width", "steps", "longest"), told, strict=False
  ):
    assert f"--{name} does nothing with --checkpoint" in line
  assert "--seed does nothing with --encoder=pca" in told[4]
  assert "--steps does nothing with --encoder=pca" in told[5]
  assert "seed: wanted an integer from 0 to 2^32 - 1, found 9999" in told[6]
  assert "found -1" in told[7]
  assert "--set=where and --where: give one of them" in told[8]
  assert "--set=data and --data: give one of them" in told[9]


def test_components_depend_on_no_seed(written):
  with np.load(written) as file:
    about = json.loads(str(file["made_of"]))
  assert about["encoder"] == '"pca"' and not {"seed", "steps"} & {*about}


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
  """A folder of 6 volumes that nobody has labelled."""
  folder = tmp_path_factory.mktemp("unlabelled") / "scans"
  rng = np.random.default_rng(0)
  for number in range(6):
    write(folder / f"case{number}.nii.gz", rng.standard_normal((6, 6, 6)))
  return folder


def test_images_that_nobody_has_labelled(scans, tmp_path):
  rows = tmp_path / "f.npz"
  flags = f"--data={scans}", "--encoder=pca", f"--output={rows}"
  hint, test_items, made, again = commands.ends_of(
    "experiments.features",
    flags,
    [*flags, "--unlabelled", "--set=test_items=2"],
    [*flags, "--unlabelled", r"--set=group_pattern=(case\d)"],
    [*flags, "--unlabelled", r"--set=group_pattern=(case\d)"],
  )
  assert hint[0] == 2
  assert "(--unlabelled reads images that nobody has labelled)" in hint[1]
  assert test_items[0] == 2 and "test_items: it says nothing" in test_items[1]
  assert made[0] == again[0] == 0, (made, again)
  with np.load(rows) as file:
    assert set(file.files) == {
      *("features", "ids", "group", "split"),
      "made_of",
    }
    assert file["ids"].tolist() == [f"case{n}" for n in range(6)]
    assert file["group"].tolist() == file["ids"].tolist()
    assert file["split"].tolist() == [0] * 6
    assert file["features"].shape == (6, 5)  # that is how many differ


def test_one_image_has_none_to_differ_from(tmp_path):
  write(tmp_path / "a.nii.gz", np.ones((4, 4, 4)))
  config = Config(data=str(tmp_path), acquisition=())
  with pytest.raises(data.DataError, match="wanted 2 images or more, found 1"):
    unlabelled.load(config, None)
