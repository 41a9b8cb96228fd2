"""Pure models: parameters in, logits and features out."""

from alx.models.base import Model
from alx.models.cnn import make_cnn
from alx.models.conv import Conv, convolve
from alx.models.kim_unet import make_kim_unet
from alx.models.mlp import make_mlp
from alx.models.precision import in_bfloat16
from alx.models.resnet import make_resnet
from alx.models.unet import make_unet

__all__ = [
  "Conv",
  "Model",
  "convolve",
  "in_bfloat16",
  "make_cnn",
  "make_kim_unet",
  "make_mlp",
  "make_resnet",
  "make_unet",
]
