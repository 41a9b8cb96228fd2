"""A data set as of a screening programme: most cases are healthy."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import numpy as np

from alx.data.dataset import Dataset
from alx.data.intensity import normalise
from alx.data.phantom.phantom import (
  chances,
  check_shares,
  check_sizes,
  render_all,
  roots_of,
)
from alx.data.phantom.volume import Look

CLASS_NAMES = ("background", "common", "rare")
_CLASS_OF = np.array([0, 1, 1, 2], np.uint8)  # blob, ring, spiculated
# Lesions are large and brighter than vessels, the rare kind is dark.
_LOOK = Look(
  rare=0.0,
  empty=0.0,
  hard=0.05,
  size=1.4,
  contrast=0.9,
  noise=0.04,
  bias=0.1,
  mimics=0.15,
  most=1.0,
  tone=-0.45,
)


class Site(NamedTuple):
  """A scanner."""

  share: float  # of the patients
  gamma: float  # exponent of its intensities, which are about 0 to 1.6
  noise: float  # standard deviation; the tissue has 0.65


SITES = (Site(0.6, 1.0, 0.04), Site(0.3, 0.8, 0.06), Site(0.1, 1.25, 0.05))


class Screening(NamedTuple):
  """The data set, and what a reader of it would not be told."""

  dataset: Dataset
  site: np.ndarray  # [N] int32, number in `sites`
  sites: tuple[Site, ...]


def make_screening(
  key: jax.Array,
  *,
  num_items: int = 500,
  shape: Sequence[int] = (32, 32),
  healthy: float = 0.7,
  rare: float = 0.06,
  repeats: float = 0.2,
  sites: Sequence[Site] = SITES,
) -> Screening:
  """Heads of a screening programme, with at most one lesion each.

  Lesions of the common kind are bright, solid or with a dark core; the rare
  kind is dark and spiculated. Item i depends on `key`, i and the other
  arguments, never on `num_items`.

  The shares are those of a pool that was put together for development:

  - healthy 0.7. In screening mammography 5 of 1,000 examinations find a cancer
    (Lehman 2017, Radiology 283), of which a pool of some hundred would hold
    one; 24% of the CT examinations of the NLST (2011, NEJM 365) showed a nodule
    to be followed up. So it is enriched, to slightly above the latter, as
    collections for development and reader studies are: else nothing could be
    learned or tested.
  - rare 0.06 of all, a fifth of the lesions, as of the positive baseline
    examinations of I-ELCAP 19% were of a part-solid or non-solid nodule
    (Henschke 2002, AJR 178).
  - repeats 0.2. Who is screened comes again, every one or two years; a pool
    of somewhat more than one round shows a fifth of the patients' anatomies
    twice, at the same site.
  - sites 0.6, 0.3, 0.1: a large centre, a smaller one, and one that has just
    joined, each with its own curve of intensities and its own noise.

  Args:
    key: a typed random key.
    num_items: N.
    shape: pixels of each item along 2 or 3 axes.
    healthy: share of items without a lesion.
    rare: share of items with a lesion of the rare kind.
    repeats: share of items that show an earlier item again, with other noise
      and gain; they share its group and site.
    sites: scanners, whose shares add up to 1.

  Returns:
    The data set, without a split, and the site of each item, which is also in
    its id: screening_017_site1.

  Raises:
    ValueError: for a share outside [0, 1], or too few items, axes or voxels.
  """
  shape, sites = tuple(shape), tuple(sites)
  check_sizes(num_items, shape)
  check_shares(repeats=repeats, rare=rare, healthy=healthy)
  check_shares(rare_plus_healthy=rare + healthy)
  _check_sites(sites)
  k_repeat, k_head, k_scan, k_site = jax.random.split(key, 4)
  roots = roots_of(k_repeat, num_items, repeats)
  site = _sites_of(k_site, roots, sites)
  look = _LOOK._replace(rare=rare, empty=healthy)
  images, labels = [None] * num_items, [None] * num_items
  for number, one in enumerate(sites):
    items = np.flatnonzero(site == number)
    found = _render_site(k_head, k_scan, roots[items], items, shape, look, one)
    for item, image, label in zip(items, *found, strict=True):
      images[item], labels[item] = image, label
  names = tuple(f"screening_{i:03d}_site{s}" for i, s in enumerate(site))
  dataset = Dataset(
    name="screening",
    task="segmentation",
    ids=names,
    images=tuple(images),
    labels=tuple(labels),
    class_names=CLASS_NAMES,
    spacing_mm=((1.0,) * len(shape),) * num_items,
    groups=tuple(names[root] for root in roots),
    split=None,
    left_out=(),
  )
  return Screening(dataset, site, sites)


def _sites_of(key, roots, sites):
  """[N] int32, the site of each anatomy."""
  until = np.cumsum([site.share for site in sites])[:-1]
  draws = chances(key, len(roots))[roots, 0]
  return np.searchsorted(until, draws, side="right").astype(np.int32)


def _check_sites(sites):
  """Raises ValueError for shares that are none, or a scanner that is none."""
  for number, site in enumerate(sites):
    check_shares(**{f"sites[{number}].share": site.share})
    if not (0.0 < site.gamma < np.inf and 0.0 <= site.noise < np.inf):
      raise ValueError(
        f"sites[{number}]: wanted gamma > 0 and noise >= 0, got {site}"
      )
  total = sum(site.share for site in sites)
  if abs(total - 1.0) > 1e-6:
    raise ValueError(f"sites: wanted shares that add up to 1, got {total:g}")


def _render_site(k_head, k_scan, roots, items, shape, look, site):
  """The normalised images and the label maps of the items of a site."""
  if not len(items):
    return [], []
  look = look._replace(noise=site.noise)
  images, labels = render_all(k_head, k_scan, roots, items, shape, look)
  images = [np.maximum(image, 0.0) ** site.gamma for image in images]
  return (
    [normalise(image[..., None]) for image in images],
    [_CLASS_OF[label] for label in labels],
  )
