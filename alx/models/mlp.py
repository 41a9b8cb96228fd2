"""A multilayer perceptron, for vectors and small images."""

from collections.abc import Sequence

import flax.linen as nn
import jax

from alx.models.base import Model, with_head


def make_mlp(
  num_classes: int,
  widths: Sequence[int] = (256, 256),
  dropout: float = 0.2,
) -> Model:
  """Perceptron with relu layers; anything behind B is flattened.

  Args:
    num_classes: number C of classes.
    widths: units of each hidden layer; with none the model is affine.
    dropout: rate in [0, 1) at which features are dropped before the last
      layer.

  Returns:
    Model, x [B,...] -> logits [B,C] and features [B,widths[-1]], the
    activations before the last layer.
  """
  return with_head(_MLP(tuple(widths)), num_classes, dropout)


class _MLP(nn.Module):
  widths: tuple[int, ...]

  @nn.compact
  def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    x = x.reshape(x.shape[0], -1)
    for width in self.widths:
      x = nn.Dense(width)(x)
      x = nn.relu(x)
    return x, x
