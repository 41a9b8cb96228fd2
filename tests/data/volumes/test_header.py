from alx.data.volumes.header import Header, notes_of, spacing_of, spacings_of

_GOOD = Header("a.nii", (1.0, 2.0), (1.0, 2.0), "RAS")


def test_what_is_believed():
  both = Header("a", (1.0, 2.0), (3.0, 4.0))
  assert spacing_of(both, "pixdim") == (1.0, 2.0)
  assert spacing_of(both, "affine") == (3.0, 4.0)
  assert spacing_of(both._replace(pixdim_mm=None), "pixdim") == (3.0, 4.0)
  assert spacing_of(both._replace(affine_mm=None), "affine") == (1.0, 2.0)
  assert spacing_of(Header("a"), "pixdim") is None


def test_units_do_not_mix():
  assert spacings_of([_GOOD, _GOOD], "pixdim") == ((1.0, 2.0),) * 2
  assert spacings_of([_GOOD, Header("b")], "pixdim") == (None, None)


def test_nothing_to_tell():
  near = _GOOD._replace(affine_mm=(1.0005, 2.0), skew=0.5)
  assert notes_of("f", [_GOOD, near], "pixdim") == []


def test_each_line_counts_and_names_the_first():
  odd = [
    _GOOD._replace(file="b.nii", affine_mm=(0.8, 2.5)),
    _GOOD._replace(file="c.nii", pixdim_mm=None, affine_mm=None),
    _GOOD._replace(file="d.nii", others="LAS"),
    _GOOD._replace(file="e.nii", skew=12.34),
    _GOOD._replace(file="g.nii", rounded="0.9999999"),
    _GOOD._replace(file="h.nii", pixdim_mm=None),
  ]
  assert notes_of("f", [_GOOD, *odd], "affine") == [
    "f: 1 of 7 cases disagree on the voxel size, affine is used "
    "(spacing_from=pixdim takes the other); first b.nii: pixdim 1 x 2 and "
    "affine 0.8 x 2.5 mm",
    "f: 1 of 7 cases have no voxel size in pixdim, that of the affine is used; "
    "first h.nii: affine 1 x 2 mm",
    "f: 1 of 7 cases have no voxel size; distances of all cases are in voxels; "
    "first c.nii: none in pixdim, no sform",
    "f: 1 of 7 cases run another way by the sform than by the qform; the sform "
    "is used; first d.nii: sform RAS and qform LAS",
    "f: 1 of 7 cases have axes that are not at right angles; distances are "
    "measured as if they were; first e.nii: 12.3 degrees",
    "f: 1 of 7 cases have labels that are not quite whole numbers, they are "
    "rounded; first g.nii: labels such as 0.9999999",
  ]


def test_orientations_are_told_where_they_differ():
  cases = [_GOOD, _GOOD._replace(letters="LPS"), _GOOD._replace(letters="LPS")]
  assert notes_of("f", cases[1:], "pixdim") == []
  assert notes_of("f", cases, "pixdim") == [
    "f: axes of the files run to 2 LPS, 1 RAS; images and label maps are "
    "turned to RAS"
  ]
  cases[1:] = [_GOOD._replace(letters="")]
  assert notes_of("f", cases, "pixdim") == [
    "f: axes of the files run to 1 RAS; 1 cases do not tell where, and stay as "
    "they are"
  ]
