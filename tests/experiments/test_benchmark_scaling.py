import jax
import numpy as np
import pytest

from alx.training.settings import Training
from experiments.benchmarks import scaling

PROGRAM = """
  %a = f32[8,3]{1,0} all-reduce(%b), channel_id=1
  %c = (f32[2]{0}, u8[5]{0}) all-reduce(%d, %e), to_apply=%sum
  %f = s32[4]{0} all-gather(%g), dimensions={0}
  %h = f32[100]{0} add(%i, %j)
"""


def test_bytes_that_are_moved():
  assert scaling.bytes_summed(PROGRAM) == 4 * 24 + (4 * 2 + 5) + 4 * 4


@pytest.mark.slow
@pytest.mark.skipif(len(jax.devices()) < 2, reason="wants two devices")
def test_two_devices_make_the_fit_of_one():
  task = scaling.pool_of(4, (4, 4, 4), None)
  assert task[0].values.shape == (4, 6, 6, 6, 1)
  training = Training((4, 4, 4), steps=2, batch=2)
  rows = [
    scaling.fit_on(scaling.STRONG, n, 2, task, training, (4,)) for n in (1, 2)
  ]
  np.testing.assert_allclose(rows[1].losses, rows[0].losses, rtol=1e-4)
  assert rows[0].moved == 0 < rows[1].moved
  assert rows[1].given < rows[0].given
  assert len(scaling.table_of(rows)) == 2 + 2
