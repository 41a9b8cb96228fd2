"""alx query: arrays in files, ids out."""

import pathlib

import numpy as np
import pytest

import alx
from alx import csv_table
from alx.commands.defined.arrays import as_mask, classes_of
from alx.commands.query import cache_folder
from tests.command_line import ends_of, errors_of, run

QUERY = "alx.commands.query"


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
  """The user's cache folder."""
  monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
  monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
  return tmp_path / "cache"


@pytest.fixture(scope="module")
def arrays(tmp_path_factory):
  folder = tmp_path_factory.mktemp("arrays")
  rng = np.random.default_rng(0)
  logits, features = rng.standard_normal((20, 3)), rng.standard_normal((20, 4))
  np.save(folder / "logits.npy", logits)
  np.savez(folder / "both.npz", logits=logits, features=features)
  np.savez(folder / "ids.npz", ids=np.array([f"scan {i}" for i in range(20)]))
  (folder / "ids.txt").write_text("é\n" * 19 + "z\n", encoding="utf-8")
  return folder


def test_ids_are_printed_and_nothing_else(arrays, cache):
  logits = np.load(arrays / "logits.npy")
  wanted = alx.query("entropy", k=4, logits=logits).tolist()
  done = run(
    QUERY, "--acquisition=entropy", "--k=4", f"--logits={arrays}/logits.npy"
  )
  assert done.returncode == 0, done.stderr
  assert done.stdout.split("\n") == [*map(str, wanted), ""]
  assert any("answer" in path.name for path in (cache / "alx").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("where", ["a file", "nocache"])
def test_no_cache_is_as_good(arrays, cache, where):
  more = ["--nocache"] if where == "nocache" else []
  if where == "a file":
    cache.write_text("", encoding="utf-8")
  logits = f"--logits={arrays}/logits.npy"
  done = run(QUERY, "--acquisition=entropy", "--k=4", logits, *more)
  assert done.returncode == 0 and len(done.stdout.split()) == 4, done.stderr
  assert done.stderr == "" and not cache.is_dir()


def test_where_programs_are_kept(monkeypatch, tmp_path):
  assert cache_folder() == tmp_path / "cache" / "alx"
  monkeypatch.setenv("HOME", str(tmp_path))
  for told in ("", "relative"):
    monkeypatch.setenv("XDG_CACHE_HOME", told)
    assert cache_folder() == tmp_path / ".cache" / "alx"


def test_no_home_is_known(monkeypatch):
  monkeypatch.delenv("XDG_CACHE_HOME")
  monkeypatch.setattr(pathlib.Path, "home", _no_home)
  assert cache_folder() is None


def _no_home():
  raise RuntimeError("Could not determine home directory.")


def test_names_go_to_a_table(arrays, tmp_path):
  done = run(
    *(QUERY, "--acquisition=two_stage(entropy:8, k_center)", "--k=2"),
    *(f"--arrays={arrays}/both.npz", f"--ids={arrays}/ids.npz"),
    f"--output={tmp_path}/picks.csv",
  )
  assert done.returncode == 0, done.stderr
  lines = (tmp_path / "picks.csv").read_text(encoding="utf-8").splitlines()
  assert lines[0] == "rank,id" and lines[1].startswith("1,scan ")
  assert len(lines) == 3


def test_what_is_wrong_is_one_line(arrays, tmp_path):
  (tmp_path / "there.csv").write_text("", encoding="utf-8")
  logits = f"--logits={arrays}/logits.npy"
  cases = {
    (logits, "--k=99"): "k = 99 items were asked for, 20 are",
    ("--logits=nowhere.npy", "--k=2"): "nowhere.npy: wanted an .npy or .npz",
    (f"--features={arrays}/ids.npz", "--k=2"): "features",
    (logits, f"--arrays={arrays}/both.npz", "--k=2"): "found both",
    (logits, "--k=2", "--acquisition=entrop"): "did you mean entropy?",
    (logits, "--k=2", f"--output={tmp_path}/there.csv"): "File exists",
    (f"--features={arrays}/both.npz", "--k=2"): "needs probs",
  }
  lines = errors_of(QUERY, *cases)
  for line, words in zip(lines, cases.values(), strict=True):
    assert words in line, line


def test_a_file_of_features_says_its_patients_and_its_test_part(tmp_path):
  rows = np.random.default_rng(0).standard_normal((12, 3))
  path = tmp_path / "f.npz"
  np.savez(
    path,
    features=rows,
    ids=[f"scan{n}" for n in range(12)],
    group=[*"aabbccdd", *["nan"] * 4],
    split=[0] * 4 + [2] * 4 + [0] * 4,
  )
  done = run(QUERY, "--acquisition=k_center", "--k=6", f"--arrays={path}")
  assert done.returncode == 0, done.stderr
  found = [int(name.removeprefix("scan")) for name in done.stdout.split()]
  assert len(found) == 6 and {8, 9, 10, 11} < {*found}
  assert len({0, 1} & {*found}) == len({2, 3} & {*found}) == 1
  assert "note: 4 items that are not to train on" in done.stderr
  np.save(tmp_path / "all.npy", np.ones(12, bool))
  np.save(tmp_path / "one.npy", np.arange(12))
  more = f"--available={tmp_path}/all.npy", f"--groups={tmp_path}/one.npy"
  flags = "--acquisition=k_center", "--k=12", f"--arrays={path}"
  done = run(QUERY, *flags, *more)
  assert done.returncode == 0 and len(done.stdout.split()) == 12, done.stderr
  assert not done.stderr


N = 12
ROWS = np.random.default_rng(0).standard_normal((N, 3))
FIRST = np.arange(N) < 3
CLASSES = np.arange(N) % 2
NAMES = np.array([f"s{i}" for i in range(N)])
PARTS = [*["train"] * 6, "Val", "dev", *["testing"] * 4]
SAVED = {  # as `alx features` saves a classification
  "features": ROWS,
  "ids": NAMES,
  "labels": CLASSES,
  "class_names": ["a", "b"],
  "split": np.repeat([0, 1, 2], [6, 2, 4]),
  "made_of": "{}",
}
ASKED = {  # arrays of the file, an array of a flag, and who may be asked for
  "labeled": ({"features": ROWS, "labeled": FIRST}, {}, range(3, N)),
  "zeros and ones": (
    {"features": ROWS, "labelled": 1 * FIRST},
    {},
    range(3, N),
  ),
  "parts": ({"features": ROWS, "split": PARTS}, {}, range(6)),
  "bytes": ({"features": ROWS, "split": np.array(PARTS, "S")}, {}, range(6)),
  "floats": ({"features": ROWS, "split": [0.0] * 9 + [2.0] * 3}, {}, range(9)),
  "saved": (SAVED, {}, NAMES[:6]),
  "numbers": (SAVED, {"labelled": [2, 0]}, NAMES[[1, 3, 4, 5]]),
  "a test item": (SAVED, {"labelled": [0, 9]}, NAMES[1:6]),
  "said otherwise": (SAVED, {"available": ~FIRST}, NAMES[3:]),
  "a flag says more": (
    {"features": ROWS, "split": range(N)},
    {"available": FIRST},
    range(3),
  ),
  "nobody": (SAVED, {"labelled": []}, NAMES[:6]),
  "ids in bytes": ({"ids": np.char.encode(NAMES)}, {}, NAMES),
  "ids": ({"ids": NAMES, "labelled": FIRST}, {"logits": ROWS}, NAMES[3:]),
  "classes in words": (
    {"features": ROWS, "labels": np.array(["b", "a"])[CLASSES]},
    {"labelled": FIRST},
    range(3, N),
  ),
  "maps": (
    {"features": ROWS, "labels": np.zeros((N, 8, 8), int)},
    {"labelled": FIRST},
    range(3, N),
  ),
  "no classes": (
    {"features": ROWS, "labels": np.linspace(0, 1, N)},
    {"labelled": FIRST},
    range(3, N),
  ),
}


def test_what_a_file_says_is_heeded(tmp_path):
  cases = []
  for case, (arrays, beside, free) in ASKED.items():
    path = tmp_path / case.replace(" ", "_")
    np.savez(path.with_suffix(".npz"), **arrays)
    words = [f"--arrays={path}.npz", f"--k={len(free)}", f"--output={path}.csv"]
    for name, array in beside.items():
      np.save(path.with_suffix(".npy"), array)
      words.append(f"--{name}={path}.npy")
    cases.append(["--acquisition=random", "--nocache", *words])
  ends = ends_of(QUERY, *cases)
  for (case, (*_, free)), (code, told) in zip(ASKED.items(), ends, strict=True):
    path = tmp_path / f"{case.replace(' ', '_')}.csv"
    assert code == 0, (case, told)
    rows = csv_table.read(path)
    assert {row["id"] for row in rows} == {*map(str, free)}, case


REFUSED = [
  (
    {"features": ROWS, "train_mask": FIRST},
    {},
    "ids, or of a data set, found train_mask (did you mean labelled?)",
  ),
  ({"features": ROWS, "labeled": FIRST, "labelled": FIRST}, {}, "found label"),
  ({"features": ROWS, "split": [0] * 9 + [-1] * 3}, {}, "split of 0, 1, 2 or"),
  ({"features": ROWS, "split": [0.5] * N}, {}, "found ['0.5']"),
  ({"features": ROWS, "split": ["pool"] * N}, {}, "found ['pool']"),
  (
    {"features": ROWS},
    {"labelled": {"available": ~FIRST}},
    "wanted an array labelled, found available",
  ),
  ({"features": ROWS}, {"labelled": [0, N]}, "from 0 to 11, found 12"),
  ({"features": ROWS}, {"labelled": CLASSES[:9]}, "found one of them twice"),
  ({"ids": NAMES}, {"n": 13}, "n: wanted 12, as many as ids, found 13"),
  (
    {"ids": NAMES, "features": ROWS[1:]},
    {},
    "ids: wanted one for each item, found 12 beside features (11, 3)",
  ),
  (
    {"ids": np.array([b"\xff"] * N)},
    {},
    "ids: wanted names in UTF-8, found b'\\xff'",
  ),
  (
    {"features": ROWS, "patient": np.array([b"\xff"] * N)},
    {},
    "groups: wanted names in UTF-8",
  ),
  (
    {"ids": NAMES[:4], "logits": np.zeros((4, N, 3))},
    {},
    "logits: (4, 12, 3) is [N, voxels, C] of 4 items, or [N, S, C]",
  ),
]


def test_what_a_file_cannot_say_is_one_line(tmp_path):
  cases = []
  for number, (arrays, beside, _) in enumerate(REFUSED):
    path = tmp_path / f"{number}.npz"
    np.savez(path, **arrays)
    words = [f"--arrays={path}", "--k=2", "--nocache"]
    for name, value in beside.items():
      other = tmp_path / f"{number}_{name}.npz"
      np.savez(other, **(value if isinstance(value, dict) else {"x": value}))
      words.append(f"--{name}={value if name == 'n' else other}")
    method = "entropy" if "logits" in arrays else "random"
    cases.append([f"--acquisition={method}", *words])
  lines = errors_of(QUERY, *cases)
  for line, (*_, told) in zip(lines, REFUSED, strict=True):
    assert told in line, line


@pytest.mark.parametrize("told", [None, 4])
def test_numbers_of_items_are_a_mask_but_where_they_may_be_one(told):
  found = {"labelled": np.array([3, 1]), "samples": np.zeros((2, 4, 3))}
  assert as_mask(found, told).tolist() == [False, True, False, True]
  found["labelled"] = np.array([0, 1, 1, 0])
  assert as_mask(found, told).tolist() == [0, 1, 1, 0]
  # Two items: numbers of both, or a mask of one; `alx.query` refuses it.
  two = {"labelled": np.array([0, 1]), "groups": np.array(["a", "b"])}
  assert as_mask(two, None).tolist() == [0, 1]


@pytest.mark.parametrize(
  ("labels", "names", "wanted"),
  [
    ([3, -1, 5], None, [3, -1, 5]),  # as they are
    ([[1], [0], [2]], None, [1, 0, 2]),
    (["b", "a", "b"], None, [1, 0, 1]),
    (["b", "a", "b"], ["b", "a"], [0, 1, 0]),
    ([b"b", b" a", b""], None, [1, 0, -1]),  # the last has none
    (["10", "9", "n/a"], None, [10, 9, -1]),
    ([1.0, np.nan, 0.0], None, [1, -1, 0]),
    ([[[1, 0]], [[0, 0]]], None, None),  # of voxels
    (1, None, None),
  ],
)
def test_labels_of_a_file_are_numbers_of_classes(labels, names, wanted):
  found = classes_of("f.npz", np.array(labels), names and np.array(names))
  assert found is wanted if wanted is None else found.tolist() == wanted


def test_labels_of_no_class_are_refused():
  with pytest.raises(ValueError, match=r"labels that are class_names, .*'c'"):
    classes_of("f.npz", np.array(["c", "a"]), np.array(["a", "b"]))
