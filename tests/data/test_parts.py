from alx.data import parts


def test_subfolders_are_sorted_and_not_hidden(tmp_path):
  for name in ("test", "Train", ".git", "__MACOSX"):
    (tmp_path / name).mkdir()
  (tmp_path / "a.txt").write_text("")
  found = [p.name for p in parts.subfolders(tmp_path)]
  assert found == ["Train", "test"]
  assert [parts.PARTS.get(name.lower()) for name in found] == [0, 2]
