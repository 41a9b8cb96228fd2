"""Rules of the layout, read from the source."""

import ast
import functools
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "alx").rglob("*.py"))
OUR_CODE = [*FILES, *sorted((ROOT / "experiments").rglob("*.py"))]


def module_of(path):
  parts = path.relative_to(ROOT).with_suffix("").parts
  return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def imports_of(path):
  """Full names of the modules a file imports."""
  found = set()
  for node in ast.walk(ast.parse(path.read_text())):
    if isinstance(node, ast.Import):
      found |= {name.name for name in node.names}
    elif isinstance(node, ast.ImportFrom):
      found |= {node.module} | {f"{node.module}.{n.name}" for n in node.names}
  return found


@pytest.mark.parametrize(
  ("library", "places"),
  [
    ("flax", ("alx/models/",)),
    ("orbax", ("alx/runs/disk/checkpoint.py",)),
    ("nibabel", ("alx/data/volumes/nifti.py",)),
    ("SimpleITK", ("alx/data/volumes/itk.py",)),
    ("pydicom", ("alx/data/dicom/",)),
    ("highdicom", ("alx/data/dicom/",)),
    ("dicomweb_client", ("alx/data/dicom/web.py",)),
    ("tensorstore", ("alx/data/cache/cache.py",)),
    ("matplotlib", ("alx/report/",)),
    ("ray", ("alx/studies/engines/on_ray.py",)),
    ("distributed", ("alx/studies/engines/on_dask.py",)),
    ("submitit", ("alx/studies/engines/on_submitit.py",)),
    ("starlette", ("alx/serve/",)),
    ("uvicorn", ("alx/serve/run.py",)),
    ("pickle", ()),
    ("experiments", ()),
  ],
)
def test_one_place_for_each_library(library, places):
  users = {
    str(path.relative_to(ROOT))
    for path in FILES
    if any(name.split(".")[0] == library for name in imports_of(path))
  }
  assert all(user.startswith(places) for user in users) if places else not users


# Rooms and loose files of alx, from the lowest floor up. An arrow runs from a
# floor to a lower one; nothing of a floor knows another of it.
FLOORS = (
  ("_version", "csv_table", "groups", "keys", "label_maps", "lazy", "models"),
  ("metrics",),
  ("pool", "prediction", "stats"),
  ("acquisition", "effort", "units"),
  ("devices",),
  ("data", "front", "functional"),
  ("training",),
  ("interactive", "label_free", "loop", "report"),
  ("runs",),
  ("projects", "studies"),
  ("serve",),
  ("commands",),
)
FLOOR_OF = {name: n for n, floor in enumerate(FLOORS) for name in floor}


def room_of(module):
  """acquisition of alx.acquisition.table; "" of alx and of what is not ours."""
  parts = module.split(".")
  return parts[1] if parts[0] == "alx" and len(parts) > 1 else ""


def test_every_room_and_loose_file_has_a_floor():
  found = {p.relative_to(ROOT / "alx").parts[0] for p in FILES}
  names = {name.removesuffix(".py") for name in found} - {"__init__"}
  assert names == set(FLOOR_OF)


def arrows():
  """(file, room, other room) of every import of another room."""
  modules = {module_of(path) for path in FILES}
  for path in FILES:
    room = room_of(module_of(path))
    for name in imports_of(path) & modules:
      other = room_of(name)
      if room and other and other != room:
        yield path, room, other


def test_arrows_run_down():
  for path, room, other in arrows():
    up = f"{path.relative_to(ROOT)}: {room} knows {other}"
    assert FLOOR_OF[other] < FLOOR_OF[room], up


def test_a_room_has_a_dozen_files_at_most():
  """One that grows beyond gets rooms inside."""
  counts = {}
  for path in FILES:
    counts[path.parent] = counts.get(path.parent, 0) + 1
  crowded = {str(p.relative_to(ROOT)): n for p, n in counts.items() if n > 13}
  assert crowded == {}


def test_there_is_no_circle():
  graph = {module_of(p): imports_of(p) for p in FILES}
  finished, active = set(), []

  def visit(module):
    assert module not in active, " -> ".join([*active, module])
    if module in finished:
      return
    active.append(module)
    for other in graph[module] & set(graph) - {module}:
      # A package's own face imports its files, which may name the package.
      if not module.startswith(other + "."):
        visit(other)
    active.pop()
    finished.add(module)

  for module in graph:
    visit(module)


def test_importing_alx_starts_no_backend():
  code = (
    "import alx, alx.loop, alx.models, alx.data.phantom.phantom, alx.report\n"
    "from jax._src import xla_bridge\n"
    "assert not xla_bridge._backends"
  )
  subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_no_network_and_no_pickle():
  for path in FILES:
    text = path.read_text()
    assert "allow_" + "pickle=True" not in text
    assert not {"urllib", "requests"} & imports_of(path)
    # Processes of one fit meet where jax.distributed listens next.
    meets = path == ROOT / "alx" / "devices" / "meeting.py"
    assert meets or "socket" not in imports_of(path)


def pmaps_of(text):
  """How often a source names jax's pmap: jax.pmap, or an import of it."""
  names = []
  for node in ast.walk(ast.parse(text)):
    if isinstance(node, ast.Attribute):
      names.append(node.attr)
    elif isinstance(node, ast.ImportFrom):
      names += [name.name for name in node.names]
  return names.count("pmap")


def test_there_is_one_pmap():
  counts = {path: pmaps_of(path.read_text()) for path in OUR_CODE}
  users = {str(p.relative_to(ROOT)): n for p, n in counts.items() if n}
  assert users == {"alx/devices/parallel.py": 1}


@pytest.mark.parametrize(
  "text",
  [
    "import jax\njax.pmap(f)",
    "import jax as j\ng = functools.partial(j.pmap, axis_name='i')",
    "from jax import jit, pmap",
    "from jax import pmap as spread",
  ],
)
def test_every_way_to_a_pmap_is_seen(text):
  assert pmaps_of(text) == 1
