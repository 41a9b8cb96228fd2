import pytest

from alx.units.spec import parse_unit


@pytest.mark.parametrize(
  ("text", "canonical"),
  [
    ("whole", "whole"),
    (" Slices ", "slices"),
    ("slices:0", "slices:0"),
    ("slices:Axial", "slices:axial"),
    ("boxes:16", "boxes:16"),
    ("boxes: 16, 8,4", "boxes:16,8,4"),
    ("boxes:16x8x4", "boxes:16,8,4"),
    ("boxes:10mm", "boxes:10mm"),
    ("boxes:10mm,5mm,2.5mm", "boxes:10mm,5mm,2.5mm"),
    ("boxes:16,16/8,8", "boxes:16,16/8,8"),
    ("boxes:16,16/16,16", "boxes:16,16"),
    ("superpixels:200", "superpixels:200"),
    ("superpixels:200/0.1", "superpixels:200"),
    ("superpixels:200/1", "superpixels:200/1"),
    ("superpixels:200/0.00005", "superpixels:200/0.00005"),
    ("superpixels:200/0.1000001", "superpixels:200/0.1000001"),
    ("superpixels:200/1234567.50", "superpixels:200/1234567.5"),
    ("boxes:10.1234567mm", "boxes:10.1234567mm"),
    ("boxes:1000000", "boxes:1000000"),
    ("boxes:12345678mm/0.0000125mm", "boxes:12345678mm/0.0000125mm"),
  ],
)
def test_a_text_has_one_form(text, canonical):
  assert parse_unit(text).text == canonical
  assert parse_unit(canonical) == parse_unit(text)


@pytest.mark.parametrize(
  "text",
  [
    *("", "slice", "whole:1", "slices:", "slices:3", "slices:-1"),
    *("slices:top", "boxes", "boxes:", "boxes:0", "boxes:a", "boxes:16,"),
    *("boxes:1,2,3,4", "boxes:16/8/4", "boxes:10mm/4", "boxes:16/8,8"),
    *("boxes:8/16", "boxes:1.5", "superpixels", "superpixels:1"),
    *(f"superpixels:200/1{'0' * 400}", f"boxes:1{'0' * 400}mm"),
    *("superpixels:many", "superpixels:200/x", "superpixels:-5"),
  ],
)
def test_what_is_no_unit_is_told_in_one_line(text):
  with pytest.raises(ValueError, match=r"^unit: [^\n]*$"):
    parse_unit(text)
