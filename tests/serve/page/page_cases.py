"""Projects with drafts, a server on loopback, and a browser in front of it."""

import contextlib
import gzip
import importlib.util
import pathlib
import time

import nibabel
import numpy as np
import pytest
from PIL import Image

from alx.projects import Settings, begin, working
from alx.projects.cases.targets import encode_label, grid_of

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
CLASSES = ("background", "anterior", "posterior")
FLAGS = (
  *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"),
  *("--use-gl=angle", "--use-angle=swiftshader"),
  *("--enable-unsafe-swiftshader", "--window-size=1200,800"),
)


def missing():
  """Why there is no browser to test in; "": there is one."""
  for name in (
    "starlette",
    "uvicorn",
    "python_multipart",
    "ipyniivue",
    "selenium",
  ):
    if importlib.util.find_spec(name) is None:
      return f"{name} is not installed (alx-imaging[serve], selenium)"
  for file in (CHROMIUM, DRIVER):
    if not pathlib.Path(file).exists():
      return f"there is no {file} (apt install chromium chromium-driver)"
  return ""


def affine_of(axes, origin=(5.0, -7.0, 11.0), tilt=0.0):
  """Voxel to mm; axes such as "SLP": where each axis of the file runs to."""
  to = {"R": (0, 1), "L": (0, -1), "A": (1, 1), "P": (1, -1)}
  to |= {"S": (2, 1), "I": (2, -1)}
  affine = np.eye(4)
  affine[:3, :3] = 0
  for column, letter in enumerate(axes):
    row, sign = to[letter]
    affine[row, column] = sign * (1.0, 1.25, 1.5)[column]
  cos, sin = np.cos(tilt), np.sin(tilt)
  turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
  affine[:3, :3] = turn @ affine[:3, :3]
  affine[:3, 3] = origin
  return affine


def write_volume(file, array, affine):
  """A .nii.gz whose sform and qform are alike."""
  image = nibabel.Nifti1Image(array, affine)
  image.set_sform(affine, 1)
  image.set_qform(affine, 1)
  file.write_bytes(gzip.compress(image.to_bytes(), 1))


def volumes(folder, arrays, affines):
  """Images case_001, case_002 ... of a project."""
  folder.mkdir(parents=True)
  for n, (array, affine) in enumerate(zip(arrays, affines, strict=True)):
    write_volume(folder / f"c{n:02d}.nii.gz", array, affine)
  return folder


def pictures(folder, arrays):
  """The same of pictures."""
  folder.mkdir(parents=True)
  for n, array in enumerate(arrays):
    Image.fromarray(array).save(folder / f"c{n:02d}.png")
  return folder


def ball(shape=(20, 24, 18)):
  """An image and its label map: a bright ball in two halves."""
  at = np.indices(shape) - np.array(shape)[:, None, None, None] // 2
  inside = (at**2).sum(0) < 25
  label = inside * np.where(at[1] < 0, 1, 2)
  return (100 + 400 * inside).astype(np.int16), label.astype(np.uint8)


def asked_project(folder, data, classes=CLASSES, readers=("anna",), drafts=()):
  """A project with one round; drafts: label maps or classes, None: withheld."""
  settings = Settings(
    data=str(data),
    classes=classes,
    readers=readers,
    validation=0,
    labels="none",
  )
  begin(folder, settings)
  with working(folder) as project:
    uids = sorted(project.state.cases)
    about = {"round": 1, "model": int(any(d is not None for d in drafts))}
    about |= {"method": "random", "cases": len(uids)}
    about["label_map_sha256"] = project.settings["label_map_sha256"]
    events = [("round_made", about)]
    for n, uid in enumerate(uids):
      draft = drafts[n] if n < len(drafts) else None
      events.append(
        (
          "leased",
          {
            **{"case": uid, "reader": readers[n % len(readers)], "round": 1},
            **{"rank": n + 1, "reason": "unlike the others", "arm": "draft"},
            **{"stratum": "query", "draft": _draft(project, uid, draft)},
          },
        )
      )
    project.add(*events)
  return folder


def _draft(project, uid, draft):
  if draft is None:
    return None
  if isinstance(draft, int):
    return {"sha256": "", "model": 1, "label": draft, "summary": {}}
  grid = grid_of(project.state.cases[uid])
  sha256 = project.put(encode_label(draft, grid))
  return {"sha256": sha256, "model": 1, "label": None, "summary": {}}


@contextlib.contextmanager
def serving(folder, lease_s=3600.0, port=0, access=None):
  """The address of a page on loopback."""
  from alx.serve import application, open_service
  from alx.serve.access import OPEN
  from alx.serve.page.routes import page_routes
  from alx.serve.run import running

  service = open_service(folder, lease_s)
  made = application(service, page_routes(), access=access or OPEN)
  with running(made, port) as address:
    yield f"{address}/label/"


class Browser:
  """A headless Chromium and what tests do with the page in it."""

  READY = "window.alx && alx.work && !alx.busy"

  def __init__(self):
    """Starts it."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in FLAGS:
      options.add_argument(flag)
    self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    self.driver.set_script_timeout(30)

  def open(self, address, ready=READY):
    """Goes to a page and waits for its first image."""
    self.driver.get(address)
    return self.wait(ready)

  def close_others(self):
    """Closes all tabs but the first, and goes to that."""
    first, *others = self.driver.window_handles
    for handle in others:
      self.driver.switch_to.window(handle)
      self.driver.close()
    self.driver.switch_to.window(first)

  def wait(self, expression, seconds=20.0):
    """What an expression comes to, as soon as it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
      found = self.js(f"return {expression}")
      if found:
        return found
      time.sleep(0.02)
    told = self.text("hint"), self.text("error")
    raise TimeoutError(f"{expression} did not come true; the page says {told}")

  def js(self, code, *words):
    """Runs a piece of a script."""
    return self.driver.execute_script(code, *words)

  def later(self, code, *words):
    """The same of one that awaits."""
    wrapped = (
      "const done = arguments[arguments.length - 1]; (async () => {"
      f"{code}}})().then(done, e => done('failed: ' + e));"
    )
    return self.driver.execute_async_script(wrapped, *words)

  def text(self, id):
    """Of an element."""
    return self.js(
      "return document.getElementById(arguments[0])?.innerText", id
    )

  def click(self, id):
    """A button."""
    self.driver.find_element("id", id).click()

  def keys(self, *keys):
    """Types without a mouse."""
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(self.driver).send_keys(*keys).perform()

  def case(self):
    """The one in hand."""
    return self.js("return alx.work && alx.work.sample.case")

  def next_case(self, before):
    """Waits for another one than before."""
    return self.wait(
      f"{self.READY} && alx.work.sample.case !== '{before}' && "
      "alx.work.sample.case"
    )

  def drag(self, start, end):
    """A stroke with the mouse, from shares of the canvas."""
    from selenium.webdriver.common.action_chains import ActionChains

    canvas = self.driver.find_element("css selector", "#viewer canvas")
    size = canvas.size
    points = [
      [
        round((share - 0.5) * size[side])
        for share, side in zip(p, sides, strict=True)
      ]
      for p, sides in ((start, ("width", "height")), (end, ("width", "height")))
    ]
    chain = ActionChains(self.driver, duration=20)
    chain.move_to_element_with_offset(canvas, *points[0]).click_and_hold()
    steps = [b - a for a, b in zip(*points, strict=True)]
    chain.move_by_offset(steps[0] // 2, steps[1] // 2)
    chain.move_by_offset(steps[0] - steps[0] // 2, steps[1] - steps[1] // 2)
    chain.release().perform()


@contextlib.contextmanager
def browsing():
  """A browser, or a test that is skipped with the reason."""
  reason = missing()
  if reason:
    pytest.skip(reason)
  made = Browser()
  try:
    yield made
  finally:
    made.driver.quit()
