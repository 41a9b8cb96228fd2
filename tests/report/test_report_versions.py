import io

import numpy as np
from PIL import Image

from alx.report.figures.versions import version_curve

SCORES = [(0.7, 0.6, 0.8), (0.8, np.nan, np.nan)]


def drawn(served):
  png = version_curve([5, 10], SCORES, served, "labels", "mean Dice")
  return np.asarray(Image.open(io.BytesIO(png)))


def test_a_version_that_was_let_serve_is_filled():
  blue = [
    int((drawn(served) == [0, 0x72, 0xB2]).all(-1).sum())
    for served in ([False, False], [True, False], [True, True])
  ]
  assert blue[0] < blue[1] < blue[2]
