from alx.data.patients import apart, name_patients


def test_known_patients_are_named_without_blanks():
  found = name_patients("f", ["P1", " P1 ", "P2"], "abc")
  assert found == (("P1", "P1", "P2"), ())


def test_unknown_patients_are_counted():
  groups, (note,) = name_patients("f", ["P1", "", "nan", "P1", ""], "abcde")
  assert groups == ("P1", "unknown (b)", "unknown (c)", "P1", "unknown (e)")
  assert note.startswith(
    "f: the patient of 3 of 5 items is not known ('', 'nan'); each of these"
  )


def test_no_patient_is_known():
  groups, (note,) = name_patients("f", ["nan", "nan"], "ab")
  assert groups is None and "2 of 2 items" in note


def test_minus_one_is_told():
  groups, (note,) = name_patients("f", ["-1", "-1", "0"], "abc")
  assert groups == ("-1", "-1", "0")
  assert note.startswith("f: 2 items of patient -1 count as one patient")


def test_apart_takes_what_is_no_text():
  assert apart([None, 7, float("nan")], "abc") == (
    "unknown (a)",
    "7",
    "unknown (c)",
  )
