"""Images, drafts and drawings on their way between file and viewer."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import gzip
import io

import nibabel
import numpy as np
import pytest
from PIL import Image

from alx.projects import open_project
from alx.projects.exchange.refused import Refused
from alx.serve.page import picture
from tests.serve.page import page_cases as cases


def png(array):
  content = io.BytesIO()
  Image.fromarray(array).save(content, "PNG")
  return content.getvalue()


def read(content):
  return nibabel.Nifti1Image.from_bytes(gzip.decompress(content))


def test_a_gray_picture_has_its_columns_to_the_right_and_rows_down():
  pixels = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
  image = read(picture.of_picture(png(pixels)))
  array = np.asarray(image.dataobj)
  assert array.shape == (3, 2, 1)
  assert [array[2, 0, 0], array[0, 1, 0]] == [3, 4]
  # Right is +x, and up is +y: the first row is the upper one.
  np.testing.assert_array_equal(image.affine @ [0, 0, 0, 1], [0, 1, 0, 1])
  np.testing.assert_array_equal(image.affine @ [2, 1, 0, 1], [2, 0, 0, 1])


def test_a_picture_in_colours_keeps_them():
  pixels = np.zeros((2, 3, 3), np.uint8)
  pixels[0, 2] = 10, 20, 30
  image = read(picture.of_picture(png(pixels)))
  assert image.header["datatype"] == 128  # RGB24
  assert tuple(np.asarray(image.dataobj)[2, 0, 0]) == (10, 20, 30)


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
  place = tmp_path_factory.mktemp("page")
  volume = np.zeros((2, 3, 4), np.int16)
  volume[0, 0, 0] = 9
  draft = np.zeros((2, 3, 4), np.uint8)
  draft[1, 0, 0], draft[0, 2, 3] = 1, 2
  data = cases.volumes(place / "volumes", [volume], [cases.affine_of("LPS")])
  volumes = cases.asked_project(place / "v", data, drafts=[draft])
  flat = np.zeros((2, 3), np.uint8)
  flat[0, 2] = 1
  data = cases.pictures(place / "pictures", [flat])
  pictures = cases.asked_project(place / "p", data, drafts=[flat])
  return open_project(volumes), draft, open_project(pictures), flat


def the_case(project):
  return project.state.cases["case_001"]


def draft_of(project):
  return project.state.tasks()[0].draft.sha256


def test_a_draft_is_a_byte_a_voxel_the_first_axis_fastest(projects):
  project, draft, *_ = projects
  case = the_case(project)
  assert picture.extents_of(case) == (2, 3, 4)
  packed = picture.pack(project, case, draft_of(project))
  flat = gzip.decompress(packed)
  assert [n for n, value in enumerate(flat) if value] == [
    1,
    0 + 2 * (2 + 3 * 3),
  ]
  np.testing.assert_array_equal(picture.unpack(case, packed), draft)


def test_that_of_a_picture_has_columns_fastest(projects):
  *_, project, draft = projects
  case = the_case(project)
  assert picture.extents_of(case) == (3, 2, 1)
  packed = picture.pack(project, case, draft_of(project))
  assert list(gzip.decompress(packed)) == [0, 0, 1, 0, 0, 0]
  np.testing.assert_array_equal(picture.unpack(case, packed), draft)


@pytest.mark.parametrize(
  ("content", "code"),
  [
    (b"", 415),
    (bytes(24), 415),
    (gzip.compress(bytes(23), mtime=0), 422),
    (gzip.compress(bytes(25), mtime=0), 413),
    (gzip.compress(bytes(2**20), mtime=0), 413),
    (gzip.compress(bytes(24), mtime=0)[:-5], 422),
  ],
  ids=["nothing", "not packed", "short", "long", "bomb", "cut"],
)
def test_what_is_no_drawing_of_the_case_is_refused(projects, content, code):
  with pytest.raises(Refused) as error:
    picture.unpack(the_case(projects[0]), content)
  assert error.value.code == code


def test_a_channel_that_is_not_there(projects):
  with pytest.raises(Refused, match="no such channel"):
    picture.image_bytes(projects[0], the_case(projects[0]), 1)
