"""How soon the page for labelling shows a large volume, and takes a stroke.

  python -m experiments.benchmarks.label_page --shape=512,512,200

In a headless Chromium without a graphics card, which draws on the CPU: a real
one is faster. Wants chromium, chromedriver, selenium and the extra alx[serve].
"""

import pathlib
import tempfile
import time

import numpy as np
from absl import app, flags

from alx.data.volumes import nifti
from alx.projects import Settings, begin, working
from alx.projects.cases.targets import encode_label, grid_of
from alx.serve import application, open_service
from alx.serve.page.routes import page_routes
from alx.serve.run import running

_SHAPE = flags.DEFINE_list("shape", ["512", "512", "200"], "Voxels.")
_STROKES = flags.DEFINE_integer("strokes", 5, "To draw.")
_FLAGS = (
  *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"),
  *("--use-gl=angle", "--use-angle=swiftshader"),
  *("--enable-unsafe-swiftshader", "--window-size=1500,950"),
)
_READY = "return Boolean(window.alx && alx.work && !alx.busy)"
# Milliseconds of a piece of work, the drawing of it included.
_TIMED = """
const done = arguments[arguments.length - 1], gl =
  alx.stage.viewer.canvas.getContext("webgl2");
const act = new (Object.getPrototypeOf(async () => {}).constructor)(%r);
const start = performance.now();
act().then(() => {
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  done(performance.now() - start);
});
"""
_ACTS = {
  "another slice": "alx.stage.move(0, 0, 1)",
  "a voxel of a stroke": (
    "alx.stage.take('brush'); alx.stage.move(1, 0, 0);"
    "const s = alx.work.stroke(0, 1, 2); s.to(alx.stage.viewer.voxel);"
    "await alx.stage.viewer.draw(alx.work.bits)"
  ),
  "another window": "await alx.stage.viewer.window(100, 900)",
  "the label in the order of its file": "alx.work.label()",
}


def _project(folder, shape):
  """A ball in noise, and a draft of it."""
  at = np.ogrid[tuple(slice(n) for n in shape)]
  far = sum(
    ((x - n / 2) / (n / 5)) ** 2 for x, n in zip(at, shape, strict=True)
  )
  rng = np.random.default_rng(0)
  noise = rng.normal(0, 30, shape[:2]).astype(np.int16)
  image = np.where(far < 1, 700, 300).astype(np.int16) + noise[..., None]
  data = folder / "data"
  data.mkdir()
  content = nifti.on_grid(image.astype(np.uint16), np.diag([1.0, 1, 1.5, 1]))
  (data / "ball.nii.gz").write_bytes(content)
  place = folder / "project"
  classes = ("background", "ball")
  begin(place, Settings(data=str(data), classes=classes, validation=0))
  with working(place) as project:
    (uid,) = project.state.cases
    (reader,) = project.settings["readers"]
    grid = grid_of(project.state.cases[uid])
    draft = project.put(encode_label((far < 1).astype(np.uint8), grid))
    lease = {"case": uid, "reader": reader, "round": 1, "rank": 1}
    lease |= {"reason": "the only one", "arm": "draft", "stratum": "query"}
    lease["draft"] = {"sha256": draft, "model": 1, "summary": {}}
    project.add(
      ("round_made", {"round": 1, "model": 1, "method": "all"}),
      ("leased", lease),
    )
  return place


def _browser():
  from selenium import webdriver
  from selenium.webdriver.chrome.service import Service

  options = webdriver.ChromeOptions()
  options.binary_location = "/usr/bin/chromium"
  for flag in _FLAGS:
    options.add_argument(flag)
  driver = webdriver.Chrome(
    options=options, service=Service("/usr/bin/chromedriver")
  )
  driver.set_script_timeout(600)
  return driver


def _until(driver, code):
  start = time.monotonic()
  while not driver.execute_script(code):
    if time.monotonic() - start > 600:
      raise TimeoutError(code)
    time.sleep(0.05)
  return time.monotonic() - start


def main(argv: list[str]) -> None:
  """Prints a line for each act."""
  del argv
  shape = tuple(map(int, _SHAPE.value))
  with tempfile.TemporaryDirectory() as folder:
    place = _project(pathlib.Path(folder), shape)
    made = application(open_service(place), page_routes())
    with running(made) as address, _browser() as driver:
      start = time.monotonic()
      driver.get(f"{address}/label/")
      _until(driver, _READY)
      print(f"{shape}: first picture {time.monotonic() - start:.1f} s")
      for name, code in _ACTS.items():
        times = [
          driver.execute_async_script(_TIMED % code)
          for _ in range(_STROKES.value)
        ]
        print(
          f"{name}: median {np.median(times):.0f} ms, most {max(times):.0f}"
        )


if __name__ == "__main__":
  app.run(main)
