import equinox as eqx
import jax

from alx.models import Model


class Net(eqx.Module):
  hidden: eqx.nn.Linear
  dropout: eqx.nn.Dropout
  out: eqx.nn.Linear

  def __init__(self, key):
    first, second = jax.random.split(key)
    self.hidden = eqx.nn.Linear(4, 16, key=first)
    self.dropout = eqx.nn.Dropout(0.3)
    self.out = eqx.nn.Linear(16, 2, key=second)

  def __call__(self, x, key=None):  # of one item
    features = jax.nn.relu(self.hidden(x.reshape(-1)))
    hidden = self.dropout(features, key=key, inference=key is None)
    return self.out(hidden), features


def init(key, x):
  return eqx.filter(Net(key), eqx.is_array)


def apply(params, x, key=None):
  shapes = eqx.filter_eval_shape(Net, jax.random.key(0))
  net = eqx.combine(params, shapes)
  keys = None if key is None else jax.random.split(key, len(x))
  return jax.vmap(net)(x, keys)


model = Model(init, apply)
