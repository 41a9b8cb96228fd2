import haiku as hk
import jax

from alx.models import Model


def forward(x, dropout):
  features = jax.nn.relu(hk.Linear(16)(hk.Flatten()(x)))
  hidden = features
  if dropout:
    hidden = hk.dropout(hk.next_rng_key(), 0.3, features)
  return hk.Linear(2)(hidden), features


net = hk.transform(forward)


def init(key, x):
  return net.init(key, x, dropout=False)


def apply(params, x, key=None):
  return net.apply(params, key, x, dropout=key is not None)


model = Model(init, apply)
