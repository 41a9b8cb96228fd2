import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from alx import data
from alx.data import intensity
from alx.data.dataset import DataError
from alx.data.masks import masks as picture_masks
from alx.data.pictures import pictures
from alx.label_maps import UNLABELLED
from tests.picture_cases import bands, mask, pairs, picture


def test_images_and_labels(tmp_path):
  shown = picture(tmp_path / "images" / "a.png", (8, 6))
  drawn = np.zeros((8, 6), np.uint8)
  drawn[2:5, 1:4] = 255
  (tmp_path / "masks").mkdir()
  Image.fromarray(drawn).save(tmp_path / "masks" / "a_mask.gif")
  found = data.load(tmp_path)
  assert found.ids == ("a",) and found.spacing_mm == (None,)
  assert found.images[0].dtype == found.labels[0].dtype == np.uint8
  np.testing.assert_array_equal(found.images[0], shown)
  np.testing.assert_array_equal(found.labels[0], drawn // 255)
  assert found.groups is None and found.split is None


def test_items_may_have_other_sizes_than_each_other(tmp_path):
  pairs(tmp_path / "images", tmp_path / "masks", ("a",))
  picture(tmp_path / "images" / "b.png", (4, 12))
  Image.new("L", (12, 4)).save(tmp_path / "masks" / "b.png")
  shapes = [y.shape for y in data.load(tmp_path).labels]
  assert shapes == [(8, 8), (4, 12)]


def test_what_has_no_partner_is_left_out_or_stops(tmp_path):
  pairs(tmp_path / "images", tmp_path / "masks", ("a", "b", "c"))
  (tmp_path / "masks" / "b.png").unlink()
  mask(tmp_path / "masks" / "z.png")
  mask(tmp_path / "masks" / "c_mask.png")
  picture(tmp_path / "images" / "a.png", (8, 4))
  with pytest.raises(data.DataError, match=r"b\.png: wanted one mask"):
    data.load(tmp_path, strict=True)
  found = data.load(tmp_path)
  assert found.ids == ("c",)
  lines = [line.removeprefix(f"{tmp_path}/") for line in found.left_out]
  assert lines == [
    "images/b.png: wanted one mask of its name, found none",
    "masks/c_mask.png: wanted one picture of its name, found none",
    "masks/z.png: wanted one picture of its name, found none",
    "masks/a.png: wanted a mask of 4 x 8 as a.png, found 8 x 8",
  ]


def test_two_masks_of_one_picture(tmp_path):
  picture(tmp_path / "images" / "a.png")
  picture(tmp_path / "images" / "b.png")
  for name in ("a_mask", "a_seg", "b_mask"):
    mask(tmp_path / "masks" / f"{name}.png")
  found = data.load(tmp_path)
  assert found.ids == ("b",)
  assert "a_mask.png and" in found.left_out[0]


def channel(path, values):
  path.parent.mkdir(exist_ok=True)
  Image.fromarray(np.array(values)).save(path)


@pytest.mark.parametrize(
  ("ending", "kind"), [(".png", np.uint8), (".tif", np.float32)]
)
def test_channels_in_files_of_their_own_are_one_picture(tmp_path, ending, kind):
  rng = np.random.default_rng(0)
  shown = {}
  for name in ("c", "c_0001", "d"):  # a case may end as a channel does
    for number in (0, 1):
      values = rng.integers(0, 256, (8, 8)).astype(kind)
      file = tmp_path / "imagesTr" / f"{name}_{number:04d}{ending}"
      channel(file, values)
      shown.setdefault(name, []).append(values)
    mask(tmp_path / "labelsTr" / f"{name}.png")
  found = data.load(tmp_path)
  assert found.ids == ("c", "c_0001", "d") and not found.left_out
  for image, name in zip(found.images, found.ids, strict=True):
    wanted = intensity.normalise(np.stack(shown[name], -1))
    np.testing.assert_array_equal(image, wanted)


@pytest.mark.parametrize(
  ("name", "line"),
  [
    ("d_0002", "imagesTr/d_0000.png: wanted images ['d_0000', 'd_0001'], found "
     "['d_0000.png', 'd_0002.png']"),
    ("", "imagesTr/d_0000.png: wanted 2 channels as most cases have, found 1"),
    ("d_0001", "imagesTr/d_0001.png: wanted one channel per file, found "
     "colours"),
  ],
)  # fmt: skip
def test_a_case_without_all_channels_is_left_out(tmp_path, name, line):
  gray = np.arange(64, dtype=np.uint8).reshape(8, 8)
  for case in ("a", "b"):
    channel(tmp_path / "imagesTr" / f"{case}_0000.png", gray)
    channel(tmp_path / "imagesTr" / f"{case}_0001.png", gray.T)
  channel(tmp_path / "imagesTr" / "d_0000.png", gray)
  if name:
    picture(tmp_path / "imagesTr" / f"{name}.png")
  for case in ("a", "b", "d"):
    mask(tmp_path / "labelsTr" / f"{case}.png")
  found = data.load(tmp_path)
  assert found.ids == ("a", "b")
  assert found.left_out[0] == f"{tmp_path}/{line}"


def test_elsewhere_two_pictures_of_a_mask_are_no_channels(tmp_path):
  for name in ("c_0000", "c_0001", "d_0000"):
    picture(tmp_path / "images" / f"{name}.png")
  for name in ("c", "d"):
    mask(tmp_path / "masks" / f"{name}.png")
  found = data.load(tmp_path)
  assert found.ids == ("d",) and "c_0000.png and" in found.left_out[0]


def test_pictures_without_a_mask_may_be_kept_to_ask_for(tmp_path):
  pairs(tmp_path / "images", tmp_path / "masks", ("a", "b", "c"))
  (tmp_path / "masks" / "b.png").unlink()
  assert data.load(tmp_path).ids == ("a", "c")
  found = data.load(tmp_path, keep_unlabelled=True)
  assert found.ids == ("a", "b", "c") and not found.left_out
  assert (found.labels[1] == UNLABELLED).all()


@pytest.mark.parametrize(
  ("values", "names"),
  [
    ((0, 1), ("background", "foreground")),
    ((255,), ("background", "foreground")),
    ((1, 2), ("background", "class 1", "class 2")),
    ((0, 500, 600), ("background", "class 500", "class 600")),
  ],
)
def test_values_are_classes(tmp_path, values, names):
  picture(tmp_path / "images" / "a.png")
  mask(tmp_path / "masks" / "a.png", values)
  found = data.load(tmp_path)
  assert found.class_names == names
  number = {value: i for i, value in enumerate(sorted({0, *values}))}
  drawn = mask(tmp_path / "b.png", values)
  wanted = np.vectorize(number.get)(drawn)
  np.testing.assert_array_equal(found.labels[0], wanted)


def test_values_that_are_not_0_1_2_are_told(tmp_path):
  picture(tmp_path / "images" / "a.png")
  mask(tmp_path / "masks" / "a.png", (0, 128, 255))
  (note,) = data.load(tmp_path).notes
  assert note.endswith("mask values 0, 128, 255 are classes 0, 1, ...")


def test_lossy_masks_that_were_cleaned_are_told(tmp_path):
  picture(tmp_path / "images" / "a.png", (16, 16))
  drawn = np.kron([[0, 255], [255, 0]], np.ones((8, 8))).astype(np.uint8)
  drawn[2, 2] = 9
  (tmp_path / "masks").mkdir()
  Image.fromarray(drawn).save(tmp_path / "masks" / "a.jpg", quality=95)
  (note,) = data.load(tmp_path).notes
  assert "1 JPEG masks brought to 0 and 255" in note


@settings(max_examples=25, deadline=None)
@given(
  st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True),
  st.sampled_from(["", "_mask", "_Segmentation", "-seg", "_label", "_gt"]),
  st.sampled_from([".png", ".PNG", ".tif", ".bmp", ".Tiff"]),
  st.sampled_from([".png", ".gif", ".GIF", ".tif"]),
  st.sampled_from([0, 3]),
  st.integers(0, 2**32 - 1),
)
def test_pairs_come_back(
  tmp_path_factory, names, ending, kind, mask_kind, size, seed
):
  path, rng = tmp_path_factory.mktemp("pairs"), np.random.default_rng(seed)
  (path / "masks").mkdir()
  shown, drawn = {}, {}
  for name in names:
    shape = tuple(rng.integers(2, 9, 2))
    shown[name] = picture(path / "images" / (name + kind), shape, seed)
    drawn[name] = rng.integers(0, 2, shape).astype(np.uint8)
    drawn[name][shape[0] // 2, shape[1] // 2] = 1  # kept by all sizes
    image = Image.fromarray(255 * drawn[name])
    image.save(path / "masks" / (name + ending + mask_kind))
  found = picture_masks.load_folder(path, pictures.Reading(size))
  assert found.ids == tuple(sorted(names)) and found.left_out == ()
  for name, image, label in zip(
    found.ids, found.images, found.labels, strict=True
  ):
    wanted = drawn[name]
    if size:
      rows, columns = (_middles(n, size) for n in wanted.shape)
      wanted = wanted[rows][:, columns]
      assert image.shape == (size, size, 3)
    else:
      np.testing.assert_array_equal(image, shown[name])
    np.testing.assert_array_equal(label, wanted)


def _middles(extent, size):
  return ((2 * np.arange(size) + 1) * extent) // (2 * size)


def sixteen_bits(path, seed=0):
  path.parent.mkdir(parents=True, exist_ok=True)
  rng = np.random.default_rng(seed)
  values = rng.integers(0, 60_000, (8, 8)).astype(np.uint16)
  Image.fromarray(values).save(path)
  return values


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_pictures_of_sixteen_bits_are_normalised(tmp_path, ending):
  values = sixteen_bits(tmp_path / "images" / f"a.{ending}")
  mask(tmp_path / "masks" / "a.png")
  found = data.load(tmp_path)
  wanted = intensity.normalise(values[..., None])
  np.testing.assert_array_equal(found.images[0], wanted)
  small = data.load(tmp_path, image_size=4)
  assert small.images[0].shape == (4, 4, 1)


def test_beside_sixteen_bits_gray_is_normalised_and_colours_left_out(tmp_path):
  sixteen_bits(tmp_path / "images" / "a.png")
  Image.fromarray(bands((3, 200))).save(tmp_path / "images" / "b.png")
  picture(tmp_path / "images" / "c.png")
  for name in "abc":
    mask(tmp_path / "masks" / f"{name}.png")
  found = data.load(tmp_path)
  assert found.ids == ("a", "b")
  assert {x.dtype for x in found.images} == {np.dtype(np.float32)}
  wanted = "wanted a gray picture, as others of 16 bits are, found colours"
  assert wanted in found.left_out[0]


def test_pictures_may_be_gifs(tmp_path):
  for name in "ab":
    (tmp_path / "images").mkdir(exist_ok=True)
    shown = Image.fromarray(bands((7, 90)))
    shown.save(tmp_path / "images" / f"{name}.gif")
    mask(tmp_path / "masks" / f"{name}_manual1.gif")
  found = data.load(tmp_path)
  assert found.ids == ("a", "b")
  np.testing.assert_array_equal(found.images[0][..., 0], bands((7, 90)))


def test_a_border_of_a_palette_is_unlabelled(tmp_path):
  for name, values in (("a", (0, 15, 255)), ("b", (0, 1, 255)), ("c", (255,))):
    picture(tmp_path / "JPEGImages" / f"{name}.jpg")
    file = tmp_path / "SegmentationClass" / f"{name}.png"
    file.parent.mkdir(exist_ok=True)
    image = Image.fromarray(bands(values))
    image.putpalette(list(range(256)) * 3)
    image.save(file)
  found = data.load(tmp_path)
  assert found.class_names == ("background", "class 1", "class 15")
  assert [np.unique(y).tolist() for y in found.labels] == [
    *([0, 2, 255], [0, 1, 255])
  ]
  assert "wanted a labelled voxel, found only 255" in found.left_out[0]


def test_the_ignore_label_of_nnunet(tmp_path):
  picture(tmp_path / "imagesTr" / "a_0000.png")
  mask(tmp_path / "labelsTr" / "a.png", (0, 1, 3))
  (tmp_path / "dataset.json").write_text(
    '{"labels": {"background": 0, "x": 1, "ignore": 3}, "file_ending": ".png"}'
  )
  found = data.load(tmp_path)
  assert found.class_names == ("background", "x")
  np.testing.assert_array_equal(found.labels[0], bands((0, 1, 255)))


@pytest.mark.parametrize("ending", ["png", "tif", "bmp", "gif"])
def test_files_cut_short_are_left_out(tmp_path, ending):
  for name in "ab":
    picture(tmp_path / "images" / f"{name}.{ending}", (64, 64))
    drawn = np.zeros((64, 64), np.uint8)
    drawn[9:30, 9:30] = 255
    (tmp_path / "masks").mkdir(exist_ok=True)
    Image.fromarray(drawn).save(tmp_path / "masks" / f"{name}.{ending}")
  for folder, name in (("images", "a"), ("masks", "b")):
    file = tmp_path / folder / f"{name}.{ending}"
    whole = file.read_bytes()
    file.write_bytes(whole[: int(0.6 * len(whole))])
    with pytest.raises(DataError, match=f"{name}.{ending}"):
      data.load(tmp_path, strict=True)
    file.write_bytes(whole)
