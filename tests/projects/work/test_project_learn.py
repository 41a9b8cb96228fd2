"""What a project gives a model to learn from."""

import numpy as np

from alx import projects
from alx.projects.work import learn
from tests.projects import small_projects as small
from tests.projects.label_files import AFFINE, SHAPE


def test_coarser_images_are_as_large_in_mm(tmp_path):
  folder = small.of_volumes(tmp_path, 2, set=("coarsen=4",))
  with projects.working(folder) as project:
    found = learn.make_pool(project, list(project.state.cases)[:1]).dataset
  extents = found.images[0].shape[:-1]
  assert sorted(extents) == sorted(-(-n // 4) for n in SHAPE)
  mm = np.array(SHAPE) * np.linalg.norm(AFFINE[:3, :3], axis=0)
  size = np.array(extents) * found.spacing_mm[0]
  np.testing.assert_allclose(sorted(size), sorted(mm), rtol=1e-6)
