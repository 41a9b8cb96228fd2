"""Our nets as torch modules: the same layers in the same order."""

import itertools
from typing import Any

import jax
import numpy as np

try:
  import torch
except ImportError:  # the peer is optional: pip install alx[bench]
  torch = None

_EPSILON = 1e-6  # of GroupNorm, as in alx.models.layers


def torch_unet(
  dims: int,
  widths: tuple[int, ...],
  num_classes: int,
  channels: int = 1,
  dropout: float = 0.2,
  light: bool = False,
):
  """`alx.models.make_unet`: [B,channels,*sp] -> logits [B,C,*sp]."""
  conv = torch.nn.Conv2d if dims == 2 else torch.nn.Conv3d
  pool = torch.nn.MaxPool2d(2) if dims == 2 else torch.nn.MaxPool3d(2)
  drop = torch.nn.Dropout2d if dims == 2 else torch.nn.Dropout3d
  enlarge = torch.nn.Upsample(scale_factor=2)
  relu = torch.nn.LeakyReLU(0.1, inplace=True)

  class UNet(torch.nn.Module):
    def __init__(self):
      super().__init__()
      stack = torch.nn.ModuleList
      pairs = list(itertools.pairwise((channels, *widths)))
      above = pairs[:0:-1]
      self.down = stack(blocks(conv, *pair, 2, relu) for pair in pairs)
      self.thin = stack(conv(b, a, 1, bias=False) for a, b in above)
      self.up = stack(
        blocks(conv, a, a, 1, relu)
        if light
        else blocks(conv, 2 * a, a, 2, relu)
        for a, _ in above
      )
      self.drop = drop(dropout)
      self.head = conv(widths[0], num_classes, 1)

    def forward(self, x):
      skips = [self.down[0](x)]
      for level in self.down[1:]:
        skips.append(level(pool(skips[-1])))
      x = skips.pop()
      for thin, level in zip(self.thin, self.up, strict=True):
        skip, below = skips.pop(), enlarge(thin(x))
        x = level(skip + below if light else torch.cat([skip, below], 1))
      return self.head(self.drop(x))

  return UNet()


def torch_cnn(widths: tuple[int, ...], num_classes: int, dropout: float = 0.2):
  """`alx.models.make_cnn` for one channel: [B,1,H,W] -> logits [B,C]."""
  nn = torch.nn
  pairs = itertools.pairwise((1, *widths))
  levels = [blocks(nn.Conv2d, *pair, 1, nn.ReLU()) for pair in pairs]
  pooled = [part for level in levels for part in (level, nn.MaxPool2d(2))]
  return nn.Sequential(
    *pooled[:-1],
    nn.AdaptiveAvgPool2d(1),
    nn.Flatten(),
    nn.Dropout(dropout),
    nn.Linear(widths[-1], num_classes),
  )


def blocks(conv: Any, inputs: int, width: int, count: int, relu: Any):
  """Convolution, GroupNorm and relu, `count` times."""
  parts = []
  for i in [inputs] + [width] * (count - 1):
    parts += [conv(i, width, 3, padding=1, bias=False)]
    parts += [torch.nn.GroupNorm(8, width, eps=_EPSILON), relu]
  return torch.nn.Sequential(*parts)


def layout(dims: int):
  """Channels last: the faster one on a CPU."""
  return torch.channels_last if dims == 2 else torch.channels_last_3d


def load_params(module: Any, params: Any) -> None:
  """Copies the params of our U-Net into a `torch_unet`."""
  with torch.no_grad():
    for ours, theirs in _pairs(module):
      value = np.array(_at(params, ours))
      theirs.copy_(torch.from_numpy(_outputs_first(value, theirs.ndim)))


def params_of(module: Any, like: Any) -> Any:
  """The weights of a `torch_unet` as params of our U-Net, shaped as `like`."""
  found = {
    ours: theirs.detach().contiguous().numpy()
    for ours, theirs in _pairs(module)
  }

  def fetch(path, leaf):
    value = found[tuple(step.key for step in path)]
    if value.ndim > 1:
      value = np.moveaxis(value, (0, 1), (-1, -2))
    return jax.numpy.asarray(value.reshape(leaf.shape))

  return jax.tree_util.tree_map_with_path(fetch, like)


def _pairs(module):
  """((names in our params), tensor) of every weight."""
  levels = [*module.down, *module.up]
  parts = [part for level in levels for part in level]
  convs = [part for part in parts if hasattr(part, "kernel_size")]
  norms = [part for part in parts if isinstance(part, torch.nn.GroupNorm)]
  pairs = []
  for n, (conv, norm) in enumerate(zip(convs, norms, strict=True)):
    inside = "trunk", "params", f"ConvNormRelu_{n}"
    pairs += [
      ((*inside, "Conv_0", "kernel"), conv.weight),
      ((*inside, "GroupNorm_0", "scale"), norm.weight),
      ((*inside, "GroupNorm_0", "bias"), norm.bias),
    ]
  for n, thin in enumerate(module.thin):
    pairs += [(("trunk", "params", f"Dense_{n}", "kernel"), thin.weight)]
  head = "head", "params"
  return [
    *pairs,
    ((*head, "kernel"), module.head.weight),
    ((*head, "bias"), module.head.bias),
  ]


def _at(params, names):
  for name in names:
    params = params[name]
  return params


def _outputs_first(value, ndim):
  """[..., I, O] -> [O, I, ...] with `ndim` axes; a vector stays."""
  if ndim == 1:
    return value
  value = np.moveaxis(value, (-1, -2), (0, 1))
  return value.reshape(*value.shape, *[1] * (ndim - value.ndim))
