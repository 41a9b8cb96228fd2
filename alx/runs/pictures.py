"""What a reader would see of the items asked for: one slice of each."""

import io

import jax
import jax.numpy as jnp
import numpy as np
import scipy.special

from alx import metrics
from alx.acquisition.grammar import parse
from alx.data.patches import near
from alx.label_maps import is_labelled
from alx.loop import LoopState
from alx.runs.disk import store
from alx.runs.problem.job import Job
from alx.runs.problem.predictions import readable
from alx.runs.units.asked import num_asked


def save(job: Job, state: LoopState, items: jax.Array, number: int) -> None:
  """Writes pictures/round_NN.npz: image, draft, truth, uncertainty.

  The draft is the model's, made before the labels came. `items` [k] are the
  ones asked for; the first `config.pictures` are drawn.
  """
  problem, config = job.problem, job.config
  kept = np.asarray(items)[: min(config.pictures, config.query)]
  asked = kept[kept < num_asked(problem)]
  if not len(asked):
    return
  kept = asked if problem.units is None else problem.units.item[asked]
  needs = parse(job.name).at(number).needs
  samples = config.samples if "samples" in needs else 0
  prediction = _ask_model(problem, config, state, kept, samples)
  probs = np.asarray(prediction.probs.mean(0))
  indices = problem.split.pool[kept]
  if problem.dataset.task == "segmentation":
    dice = _draft_dice(problem, prediction, kept)
    views = [
      of_volume(problem, *v)
      for v in zip(indices, probs, dice, asked, strict=False)
    ]
  else:
    views = [_of_image(problem, *v) for v in zip(indices, probs, strict=False)]
  arrays = {field: stack([v[field] for v in views]) for field in views[0]}
  arrays["scores"] = np.asarray(state.scores)[: len(kept)]
  content = io.BytesIO()
  np.savez_compressed(content, **arrays)
  path = job.folder / "pictures" / f"round_{number:02d}.npz"
  store.write_bytes(path, content.getvalue())


def _ask_model(problem, config, state, items, samples):
  """The prediction of the items, filled up to one shape for all rounds."""
  count = min(config.pictures, config.query)
  padded = np.resize(items, count).astype(np.int32)
  images = jax.tree.map(lambda x: x[padded], problem.images)
  key = jax.random.fold_in(state.key, state.round)
  return readable(
    problem.predict_few(key, state.params, images, jnp.asarray(padded), samples)
  )


def _draft_dice(problem, prediction, items):
  """Mean foreground Dice of each drawn draft."""
  probs = prediction.probs.mean(0)
  truth = readable(problem.labels[np.resize(items, probs.shape[0])])
  counts = metrics.overlap_counts(
    *(probs.argmax(-1), truth, probs.shape[-1]),
    prediction.mask & is_labelled(truth, probs.shape[-1]),
  )
  dice = metrics.mean_foreground(metrics.dice_from_counts(counts))[0]
  return np.asarray(dice)


def of_volume(problem, index, probs, dice, asked=None):
  """The slice with the most uncertainty, draft and truth on it.

  Args:
    problem: with the item.
    index: of the item in the data set.
    probs: [*sp, C] predicted, padded as the images are.
    dice: of the draft.
    asked: the unit that was asked for, where it is a part of the item.
  """
  if problem.units is not None and asked is not None:
    return _of_unit(problem, index, probs, dice, int(asked))
  truth = problem.dataset.labels[index]
  probs = near(probs, truth.shape)
  uncertainty = scipy.special.entr(probs).sum(-1)
  spacing = problem.dataset.spacing_mm[index] or (1.0,) * truth.ndim
  maps = {
    "images": problem.dataset.images[index][..., 0],
    "draft": probs.argmax(-1).astype(np.uint8),
    "truth": truth,
    "uncertainty": uncertainty,
  }
  most = uncertainty.sum((0, 1)).argmax() if truth.ndim == 3 else None
  maps, where, spacing = _slice(maps, most, spacing)
  return (
    maps
    | _colours(problem.dataset.images[index])
    | {
      "ids": problem.dataset.ids[index],
      "dice": np.float32(dice),
      "where": where,
      "spacing": np.array(spacing, np.float32),
    }
  )


def _of_unit(problem, index, probs, dice, asked):
  """A slice of the item through the unit; all but the unit is darker."""
  truth = problem.dataset.labels[index]
  inside = problem.units.mask(asked)
  probs = near(probs, truth.shape)
  uncertainty = np.where(inside, scipy.special.entr(probs).sum(-1), 0.0)
  spacing = problem.dataset.spacing_mm[index] or (1.0,) * truth.ndim
  image = problem.dataset.images[index][..., 0].astype(np.float32)
  maps = {
    "images": np.where(inside, image, image.min() + (image - image.min()) / 2),
    "draft": np.where(inside, probs.argmax(-1), 0).astype(np.uint8),
    "truth": np.where(inside, truth, 0),
    "uncertainty": uncertainty,
  }
  axis = problem.units.axis_of(asked) % truth.ndim
  maps = {name: np.moveaxis(x, axis, -1) for name, x in maps.items()}
  spacing = [s for a, s in enumerate(spacing) if a != axis] + [spacing[axis]]
  at = None
  if truth.ndim == 3:
    shown = np.moveaxis(inside, axis, -1).sum((0, 1))
    at = int((shown * (1 + maps["uncertainty"].sum((0, 1)))).argmax())
  maps, where, spacing = _slice(maps, at, tuple(spacing), axis + 1)
  return maps | {
    "ids": problem.units.name(asked),
    "dice": np.float32(dice),
    "where": where,
    "spacing": np.array(spacing, np.float32),
  }


def _slice(maps, at, spacing, axis=3):
  """A slice of volumes across their last axis, turned so that y is up.

  Pictures have no slices: with `at` None they stay as they are.
  """
  if at is None:
    return maps, "", spacing
  where = f"slice {at + 1} of {maps['images'].shape[2]} along axis {axis}"
  flat = {name: np.flipud(x[:, :, at].T) for name, x in maps.items()}
  return flat, where, (spacing[1], spacing[0])


def _of_image(problem, index, probs):
  """The image itself, or a volume's middle, with the probabilities."""
  image = problem.dataset.images[index].mean(-1)
  middle, known = None, None
  if image.ndim == 3:
    middle, known = image.shape[2] // 2, problem.dataset.spacing_mm[index]
  spacing = known or (1.0,) * image.ndim
  maps, where, spacing = _slice({"images": image}, middle, spacing)
  return (
    maps
    | _colours(problem.dataset.images[index])
    | {
      "ids": problem.dataset.ids[index],
      "predicted": probs.astype(np.float32),
      "truth_class": np.int32(problem.dataset.labels[index]),
      "where": where,
      "spacing": np.array(spacing, np.float32),
    }
  )


def _colours(image):
  """A flat picture of three channels as it was seen; {} of others.

  What is no longer in 0..255 is stretched from its 1st to its 99th percentile.
  """
  if image.ndim != 3 or image.shape[-1] != 3:
    return {}
  if image.dtype == np.uint8:
    return {"colours": np.array(image)}
  low, high = np.percentile(image, (1, 99))
  share = (image - low) / ((high - low) or 1)
  return {"colours": (share.clip(0, 1) * 255).round().astype(np.uint8)}


def stack(values):
  """One array; maps of different extents are put in one with NaN or 0."""
  arrays = [np.asarray(v) for v in values]
  if arrays[0].ndim not in (2, 3):
    return np.stack(arrays)
  extent = np.max([a.shape for a in arrays], 0)
  fill = np.nan if arrays[0].dtype.kind == "f" else 0
  out = np.full((len(arrays), *extent), fill, arrays[0].dtype)
  for row, array in zip(out, arrays, strict=True):
    row[: array.shape[0], : array.shape[1]] = array
  return out
