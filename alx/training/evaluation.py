"""How good a model is on held-out items."""

import operator
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx import metrics
from alx.data.patches import Images
from alx.groups import numbers_of
from alx.label_maps import is_labelled
from alx.metrics import inputs, summaries
from alx.metrics.means import nan_mean
from alx.training.learner import Learner
from alx.training.map_blocks import map_blocks

RANKINGS = ("auc", "average_precision")  # and those of each class
PENALISED = ("assd", "hd95", "hd100")  # with a second mean, see below


class Masks(NamedTuple):
  """Predicted segmentations of V items."""

  classes: jax.Array  # [V, *sp] uint8, or int32 for more than 256 classes
  counts: jax.Array  # [V, C, 3] int32, see `metrics.overlap_counts`


def make_predict_masks(
  learner: Learner, num_classes: int, block: int
) -> Callable:
  """Compiled (params, Images, labels [V, *sp]) -> `Masks`, without dropout."""
  dtype = jnp.uint8 if num_classes <= 256 else jnp.int32

  @jax.jit
  def predict_masks(params, images: Images, labels):
    def of_block(images, items):
      found = learner.predict(jax.random.key(0), params, images, items, 0)
      classes = found.probs[0].argmax(-1).astype(dtype)
      counts = metrics.overlap_counts(
        *(classes, labels[items], num_classes),
        found.mask & is_labelled(labels[items], num_classes),
      )
      return Masks(classes, counts)

    return map_blocks(of_block, images, block)

  return predict_masks


def make_predict_probs(learner: Learner, block: int) -> Callable:
  """Compiled (params, Images) -> probabilities [V, C], without dropout."""

  @jax.jit
  def predict_probs(params, images: Images):
    def of_block(images, items):
      found = learner.predict(jax.random.key(0), params, images, items, 0)
      return found.probs[0]

    return map_blocks(of_block, images, block)

  return predict_probs


def segmentation_metrics(
  masks: Masks,
  truth: Sequence[np.ndarray],
  class_names: Sequence[str],
  spacings: Sequence[tuple[float, ...] | None],
  cases: Sequence[str],
) -> dict[str, float]:
  """Dice and surface distances: per case, then means over cases.

  A structure that only the truth has is missed, one that only the prediction
  has is invented. Neither has a distance: the means leave them out, and both
  are counted. The penalised means take the diagonal of the image in the place
  of the distance (`metrics.image_diagonal`), so that a model that misses an
  organ is no better for it. What neither has stays undefined.

  Of an item that is partly labelled the labelled voxels are counted, as
  `Masks.counts` are. It has no distances, since nobody knows where a surface
  goes on: they are undefined, penalised or not, and so is `nsd_1_voxel`.

  Args:
    masks: of V items.
    truth: V label maps, of the items' own extents; unlabelled voxels have
      the value `UNLABELLED`.
    class_names: C names, background first.
    spacings: of the items, mm, or None: distances in voxels.
    cases: V names. Items of one name (slices of a volume) are one case: their
      voxel counts are added before the Dice, their distances are averaged. An
      item whose name is not known (None, "" ...) is a case by itself.

  Returns:
    `dice` (mean foreground), `dice_NAME` per class, `assd`, `asd_pred_to_ref`,
    `hd95`, `hd100`, `assd_penalised` and so on for `hd95` and `hd100`; how many
    of (case, class) are undefined, `missed` and `invented` (in all items of the
    case together); `jaccard`, `nsd_1_voxel` (0 where missed or invented), the
    numbers of `metrics.summaries.structure_summary`, of which the first is what
    a comparison is about, and `volume_summary`; `test_cases`; where cases
    have several items also
    `undefined_surface_items`, `missed_items` and `invented_items`, how many of
    (item, class) were left out of the mean of their case and why; and
    `partly_labelled`, how many items are that, if any is.

  Raises:
    ValueError: for parts that are not of the same V items, maps, names or
      spacings that do not fit them, or classes of one name.
  """
  _check(masks, truth, class_names, spacings, cases)
  order, members = _members(cases)
  dice = _dice_of_cases(masks, members)
  surfaces, diagonals = summaries.surfaces_of_items(
    np.asarray(masks.classes), truth, len(class_names), spacings
  )
  near = np.stack([s.pop("nsd_1_voxel")[1:] for s in surfaces])
  partly = sum(not summaries.is_whole(b, len(class_names)) for b in truth)
  return (
    _dice_summary(dice, class_names)
    | _surface_summary(surfaces, members)
    | _absence_summary(masks, members)
    | _penalised(surfaces, masks, diagonals, members)
    | summaries.structure_summary(_of_cases(masks, members), class_names)
    | summaries.overlap_summary(_of_cases(masks, members))
    | {"nsd_1_voxel": _over_cases(_over_items(near, members))}
    | summaries.volume_summary(masks.counts, spacings, members)
    | {"test_cases": len(order)}
    | ({"partly_labelled": partly} if partly else {})
  )


def case_dice(
  masks: Masks, cases: Sequence[str]
) -> tuple[list[str], np.ndarray]:
  """Names of the cases, and the Dice [cases, C] of each; NaN: undefined.

  Args:
    masks: of V items.
    cases: V names, as in `segmentation_metrics`.

  Raises:
    ValueError: without an item, or one name for each.
  """
  _check_counts(masks, cases)
  order, members = _members(cases)
  return order, _dice_of_cases(masks, members)


def _check(masks, truth, class_names, spacings, cases):
  """That all parts are of the same items and classes."""
  _check_counts(masks, cases)
  found = {
    "predicted masks": len(masks.classes),
    "true maps": len(truth),
    "spacings": len(spacings),
    "case names": len(cases),
  }
  if len(set(found.values())) > 1:
    told = ", ".join(f"{n} {name}" for name, n in found.items())
    raise ValueError(f"wanted the same number of items everywhere: {told}")
  if np.shape(masks.counts)[1] != len(class_names):
    raise ValueError(
      f"class_names: wanted {np.shape(masks.counts)[1]} as the counts have, "
      f"found {len(class_names)}"
    )
  _check_class_names(class_names)
  inputs.check_unmasked("classes", masks.classes)
  inside = np.shape(masks.classes)[1:]
  for number, labels in enumerate(truth):
    shape = np.shape(labels)
    fits = len(shape) == len(inside) and all(map(operator.le, shape, inside))
    if not fits:
      raise ValueError(
        f"truth: item {number}: wanted a map that fits in {inside}, found "
        f"shape {shape}"
      )


def _check_class_names(names: Sequence[str]) -> None:
  """Refuses two classes of one name: their Dice would be one number."""
  texts = [str(name) for name in names]
  twice = [name for name in dict.fromkeys(texts) if texts.count(name) > 1]
  if twice:
    raise ValueError(
      f"class_names: wanted a name for each class, found {twice[0]!r} "
      f"{texts.count(twice[0])} times"
    )


def _check_counts(masks, cases):
  inputs.check_unmasked("counts", masks.counts)
  shape = np.shape(masks.counts)
  if len(shape) != 3 or shape[1] < 2 or shape[2] != 3 or not shape[0]:
    raise ValueError(f"counts: wanted [V, C, 3] with V >= 1, found {shape}")
  if len(cases) != shape[0]:
    raise ValueError(
      f"cases: wanted a name for each of {shape[0]} items, found {len(cases)}"
    )


def _members(cases):
  """The names in order, and which items are of each."""
  members = {}
  for item, case in enumerate(numbers_of(cases).tolist()):
    members.setdefault(case, []).append(item)
  found = [np.array(items) for items in members.values()]
  return [cases[items[0]] for items in found], found


def _of_cases(masks, members):
  """[cases, C, 3] int64, the counts of their items together."""
  counts = np.asarray(masks.counts, np.int64)
  return np.stack([counts[m].sum(0) for m in members])


def _dice_of_cases(masks, members):
  """[cases, C]."""
  return np.asarray(metrics.dice_from_counts(_of_cases(masks, members)))


def _dice_summary(dice, class_names):
  """From [cases, C]."""
  mean, undefined = metrics.mean_foreground(dice)
  summary = {"dice": nan_mean(np.asarray(mean))}
  for name, column in zip(class_names[1:], dice.T[1:], strict=True):
    summary[f"dice_{name}"] = nan_mean(column)
  return summary | {"undefined_dice": int(np.sum(undefined))}


def _surface_summary(surfaces, members):
  """From one dict of [C] arrays per item."""
  summary, undefined = {}, {}
  for name in surfaces[0]:
    items = np.stack([s[name][1:] for s in surfaces])
    cases = _over_items(items, members)
    summary[name] = _over_cases(cases)
    undefined = {"undefined_surface": int(np.isnan(cases).sum())}
    if len(items) > len(cases):
      undefined["undefined_surface_items"] = int(np.isnan(items).sum())
  return summary | undefined


def _over_items(items, members):
  """[V, C-1] -> [cases, C-1]."""
  return np.stack([nan_mean(items[m], axis=0) for m in members])


def _over_cases(cases):
  """[cases, C-1] -> one number."""
  return nan_mean(nan_mean(cases, axis=1))


def _absence_summary(masks, members):
  """How many structures of (case, class) only one of the two masks has."""
  items = np.asarray(masks.counts)
  summary = _absences(_of_cases(masks, members), "")
  if len(items) > len(members):
    summary |= _absences(items, "_items")
  return summary


def _absences(counts, ending):
  missed, invented = _absent(counts)
  return {
    f"missed{ending}": int(missed.sum()),
    f"invented{ending}": int(invented.sum()),
  }


def _absent(counts):
  """(missed, invented) [..., C-1] of counts [..., C, 3]."""
  predicted, true = counts[..., 1:, 1] > 0, counts[..., 1:, 2] > 0
  return true & ~predicted, predicted & ~true


def _penalised(surfaces, masks, diagonals, members):
  """The diagonal [V] for what one of the two masks of an item lacks."""
  missed, invented = _absent(np.asarray(masks.counts))
  worst = diagonals[:, None]
  summary = {}
  for name in PENALISED:
    items = np.stack([s[name][1:] for s in surfaces])
    items = np.where(missed | invented, worst, items)
    summary[f"{name}_penalised"] = _over_cases(_over_items(items, members))
  return summary


def classification_metrics(
  probs: np.ndarray,
  truth: np.ndarray,
  class_names: Sequence[str] = (),
  classes_seen: int | None = None,
) -> dict[str, float]:
  """Of probs [V, C] and truth [V]: AUC, accuracy and `class_summary`.

  A model that was shown one class only ranks items, but not by class: what is
  read off its ranking is undefined.

  Args:
    probs: [V, C].
    truth: [V].
    class_names: C names, or none.
    classes_seen: how many classes the model was trained on; None: all.

  Raises:
    ValueError: for what `metrics.auc` refuses, or names that are not C.
  """
  found = {
    "auc": float(metrics.auc(probs, truth)),
    "accuracy": float(metrics.accuracy(probs, truth)),
    "balanced_accuracy": float(metrics.balanced_accuracy(probs, truth)),
    **summaries.class_summary(probs, truth, class_names),
  }
  if classes_seen == 1:
    ranked = [name for name in found if name.startswith(RANKINGS)]
    found |= dict.fromkeys(ranked, np.nan)
  return found | {"test_cases": len(truth)}
