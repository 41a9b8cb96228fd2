"""Names that are markup, part of an address, or a path."""

import html.parser
import json
import pathlib
import urllib.parse

import numpy as np
import pytest

from alx.commands import command
from alx.runs.disk import places, store
from alx.runs.settings.config import Config
from alx.studies import collect, rows

STEMS = {
  "a/slices.npz": "slices",
  "a/slices.v2.npz": "slices.v2",
  "a.b.npz": "a.b",
  "a.c.npz": "a.c",
  "Dataset.v1/": "Dataset.v1",
  "case.nii.gz": "case",
  "FEATURES.NPY": "FEATURES",
  "...npz": "npz",
  ".npz": "npz",
  "..npz": "npz",
  "/": "data",
  "x/..": pathlib.Path.cwd().name,
  ".hidden.npz": ".hidden",
  "[red] b#?%.npz": "[red] b#?%",
  "phantom": "phantom",
}


@pytest.mark.parametrize("path", STEMS)
def test_every_data_set_has_a_folder_of_its_own(path):
  assert places.stem_of(path) == STEMS[path]
  folder = places.workdir_of(path, None)
  assert folder == pathlib.Path("runs", STEMS[path])
  assert folder.resolve().parent == pathlib.Path("runs").resolve()


def test_a_run_where_names_ended_at_their_first_dot_goes_on(
  tmp_path, monkeypatch
):
  monkeypatch.chdir(tmp_path)
  old = pathlib.Path("runs/a")
  store.write_json(old / "config.json", {"data": "a.b.npz"})  # relative then
  assert places.workdir_of(str(tmp_path / "a.b.npz"), None) == old
  assert places.workdir_of("a.c.npz", None) == pathlib.Path("runs/a.c")
  pathlib.Path("runs/a.b").mkdir()
  assert places.workdir_of("a.b.npz", None) == pathlib.Path("runs/a.b")
  store.write_json(pathlib.Path("runs/config.json"), {"data": "...npz"})
  assert places.workdir_of("...npz", None) == pathlib.Path("runs/npz")


def test_data_that_share_a_name_up_to_a_dot_are_two_groups():
  axes = rows.Axes(
    ("x/a.b.npz", "x/a.c.npz"), ("auto",), ("4+1x3",), ("random",), 1
  )
  groups = [row.group for row in rows.expand(Config(acquisition=()), axes)]
  assert groups == ["a.b-auto-4+1x3", "a.c-auto-4+1x3"]
  with pytest.raises(ValueError, match="two of one name"):
    again = axes._replace(data=("x/a.npz", "y/a.npz"))
    rows.expand(Config(acquisition=()), again)


class Links(html.parser.HTMLParser):
  """The addresses of a page, and its tags."""

  def __init__(self, text):
    super().__init__()
    self.hrefs, self.tags = [], []
    self.feed(text)

  def handle_starttag(self, tag, attrs):
    self.tags.append(tag)
    self.hrefs += [value for name, value in attrs if name in ("href", "src")]


ODD = (
  "[red]bold[red] #1?x=%41&y.npz",
  'it\'s "quoted" <script>alert(1)<.npz',
  "javascript:alert(1).npz",
  "Ünï ✓ :heart:.npz",
)


def test_links_of_a_study_lead_to_its_reports(tmp_path, capsys):
  axes = rows.Axes(ODD, ("auto",), ("4+1x3",), ("random",), 1)
  table = rows.expand(Config(acquisition=()), axes)
  about = {"digest": "a", "metric": "auc", "name": "<script>", "task": "x"}
  for row in table:
    store.open_run(tmp_path / row.group, row.config, about, {})
  page = collect.collect(tmp_path, table, command.begin())
  links = Links(page.read_text("utf-8"))
  assert len(links.hrefs) == len(ODD) and "script" not in links.tags
  for href, row in zip(links.hrefs, table, strict=True):
    address = urllib.parse.urlsplit(urllib.parse.urljoin(page.as_uri(), href))
    assert (address.scheme, address.query, address.fragment) == ("file", "", "")
    found = pathlib.Path(urllib.parse.unquote(address.path))
    assert found == tmp_path / row.group / "report.html" and found.exists()
    text = found.read_text("utf-8")
    assert "<h1>Active learning on &lt;script&gt;</h1>" in text
  shown = capsys.readouterr().out
  for part in ("[red]bold", "<script>", ":heart:"):
    assert part in shown  # a name is no colour


@pytest.mark.slow
def test_a_run_on_names_that_are_markup(forks, tmp_path):
  data = tmp_path / "[red]a #?% '\"b.v1.npz"
  labels = np.arange(20) % 4
  images = np.random.default_rng(0).standard_normal((20, 6, 6))
  np.savez(
    data,
    images=images + labels[:, None, None],
    labels=labels,
    ids=np.array([f"=[b]{i}, $^$ & _x" for i in range(20)]),
    class_names=np.array(["$x_1$", "_a", "<script>alert(1)</script>", "瘤 $"]),
  )
  words = ("rounds=1", "steps=2", "model=mlp", "widths=4", "test_items=8")
  code, told = forks.start(
    "run",
    f"--data={data}",
    f"--workdir={tmp_path / '[b]w'}",
    *("--acquisition=entropy", "--nobaselines", "--nofull", "--seeds=1"),
    *(f"--set={word}" for word in words),
  ).ended()
  assert code == 0, told
  assert f"{data.stem}: classification" in told and "Warning" not in told
  assert f"report: {tmp_path}/[b]w/report.html" in told
  text = (tmp_path / "[b]w/report.html").read_text("utf-8")
  assert Links(text).tags.count("script") == 1  # our own
  assert "&lt;script&gt;alert(1)" in text and "[b]" in text
  picks = store.read_rows(tmp_path / "[b]w/runs/entropy-seed0/picks.csv")
  assert all(row["id"].startswith("=[b]") for row in picks)
  about = json.loads((tmp_path / "[b]w/dataset.json").read_text("utf-8"))
  assert about["class_names"][3] == "瘤 $"
