"""Scores of superpixels by their edges (Kadir et al. 2023)."""

import jax
import jax.numpy as jnp

from alx.acquisition.base import Acquisition, with_needs
from alx.acquisition.scores.select import top_k
from alx.prediction import Borders, Prediction

_PAPER = "Kadir et al. 2023"


def on_edges(acquisition: Acquisition) -> Acquisition:
  """The score of the voxels on the edge of each superpixel alone.

  A voxel is on it if a face neighbour is of another superpixel; where none is,
  the score is that of no voxel, mostly 0.

  Args:
    acquisition: describes the score, [N], from a map.
  """

  def describe(keys, prediction):
    edge = _borders(prediction).faces > 0
    seen = prediction._replace(mask=prediction.mask & edge, borders=None)
    return acquisition.describe(keys, seen)

  needs = with_needs(acquisition, "space", "regions")
  return acquisition._replace(describe=describe, needs=needs, paper=_PAPER)


def edge_divergence() -> Acquisition:
  """Mean KL divergence of a superpixel from its neighbours, in nats.

  Between their mean probabilities, weighted by the faces that they share; 0
  where there is no neighbour.
  """
  return Acquisition(_divergence, top_k, ("probs", "space", "regions"), _PAPER)


def _divergence(keys: jax.Array, prediction: Prediction) -> jax.Array:
  del keys
  borders, mask = _borders(prediction), prediction.mask
  axes = tuple(range(1, mask.ndim))
  faces = jnp.where(mask, borders.faces, 0).sum(axes)
  total = jnp.where(mask, borders.divergence, 0.0).sum(axes)
  return total / jnp.maximum(faces, 1)


def _borders(prediction) -> Borders:
  if prediction.borders is None:
    raise ValueError(
      "edges are of superpixels: wanted unit=superpixels:200, found items or "
      "units of another kind"
    )
  return prediction.borders
