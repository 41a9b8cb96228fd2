"""Volumes that are not in memory, and a model of them that fits at once."""

import weakref

import jax
import jax.numpy as jnp
import nibabel
import numpy as np

from alx.data import Dataset
from alx.data.patches import real_mask
from alx.prediction import Prediction
from alx.runs.settings.config import Config
from alx.training.learner import Learner

CONFIG = Config(
  acquisition=("random", "entropy", "k_center"),
  model="unet",
  widths=(4,),
  patch=(8, 8, 4),
  test_items=3,
  start=2,
  query=2,
  rounds=2,
  block=2,
  pictures=1,
  full=False,
)


def volumes(num_items, seed=0):
  """Boxes on noise, of extents between (6, 9, 4) and (10, 12, 6)."""
  rng = np.random.default_rng(seed)
  images, labels = [], []
  for i in range(num_items):
    shape = (10, 12, 6) if i % 5 == 0 else rng.integers((6, 9, 4), (11, 13, 7))
    label = np.zeros(shape, np.uint8)
    corner = rng.integers(0, 3, 3)
    label[tuple(slice(n, n + 4) for n in corner)] = 1
    images.append(label + rng.normal(0.0, 0.3, shape).astype(np.float32))
    labels.append(label)
  return [x[..., None] for x in images], labels


class Stored:
  """Arrays as in a cache: made anew when asked for; counts those alive."""

  def __init__(self, arrays, ids):
    self._arrays, self.ids, self.shapes = arrays, ids, [x.shape for x in arrays]
    self.digest, self.read, self.alive, self.most = "of the files", [], 0, 0

  def __len__(self):
    return len(self._arrays)

  def __getitem__(self, i):
    array = self._arrays[i].copy()
    self.read.append(self.ids[i])
    self.alive += 1
    self.most = max(self.most, self.alive)
    weakref.finalize(array, self._gone)
    return array

  def _gone(self):
    self.alive -= 1


def dataset(num_items):
  """The volumes as a data set from a cache."""
  ids = tuple(f"case{i:03d}" for i in range(num_items))
  images, labels = (Stored(x, ids) for x in volumes(num_items))
  return Dataset(
    name="boxes",
    task="segmentation",
    ids=ids,
    images=images,
    labels=labels,
    class_names=("background", "box"),
    spacing_mm=(None,) * num_items,
    groups=None,
    split=None,
    left_out=(),
  )


def write_folder(folder, num_items):
  """The volumes as a Decathlon folder."""
  images, labels = volumes(num_items)
  for part, arrays in (("imagesTr", images), ("labelsTr", labels)):
    (folder / part).mkdir(parents=True)
    for i, x in enumerate(arrays):
      volume = nibabel.Nifti1Image(x.reshape(x.shape[:3]), np.eye(4))
      nibabel.save(volume, folder / part / f"case{i:03d}.nii.gz")


def threshold_learner():
  """Fits a threshold, by counting; what it says of an item is exact."""

  def init(key):
    return {"threshold": jax.random.uniform(key)}

  def fit(key, params, images, labels, pool):
    known = jnp.arange(pool.order.shape[0]) < pool.count
    inside = labels[pool.order].sum((1, 2, 3), dtype=jnp.int32)
    level = jnp.where(known, inside, 0).sum() / 2**10
    threshold = params["threshold"] + jax.random.uniform(key) + level
    return {"threshold": threshold}, jnp.zeros(1)

  def predict(key, params, images, items, num_samples=0):
    del key, items, num_samples
    values = images.values[..., 0]
    mask = real_mask(images.real, values.shape[1:])
    logits = 4.0 * (values - params["threshold"])
    probs = jax.nn.softmax(jnp.stack([-logits, logits], -1))[None]
    low, high = (
      jnp.where(mask, x, 0.0).max((1, 2, 3)) for x in (-values, values)
    )
    features = jnp.stack([low, high * params["threshold"]], 1)
    return Prediction(probs, features, mask)

  return Learner(init, fit, predict)
