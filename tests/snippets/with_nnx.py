from flax import nnx

from alx.models import Model


class Net(nnx.Module):
  def __init__(self, rngs):
    self.hidden = nnx.Linear(4, 16, rngs=rngs)
    self.dropout = nnx.Dropout(0.3)
    self.out = nnx.Linear(16, 2, rngs=rngs)

  def __call__(self, x, rngs=None):
    features = nnx.relu(self.hidden(x.reshape(len(x), -1)))
    hidden = self.dropout(features, deterministic=rngs is None, rngs=rngs)
    return self.out(hidden), features


net = nnx.graphdef(nnx.eval_shape(lambda: Net(nnx.Rngs(0))))


def init(key, x):
  return nnx.state(Net(nnx.Rngs(key)), nnx.Param)


def apply(params, x, key=None):
  rngs = None if key is None else nnx.Rngs(dropout=key)
  return nnx.merge(net, params)(x, rngs)


model = Model(init, apply)
