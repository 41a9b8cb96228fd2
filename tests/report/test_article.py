from alx.report import Picture, Section, write_article
from alx.report.tables import Table

PNG = b"\x89PNG"


def test_a_page_holds_everything_it_shows(tmp_path):
  table = Table(["", "Dice"], [["bald", "0.8\n0.7 to 0.9"]])
  sections = [
    Section("Data", ("200 volumes <of> 100 patients.",)),
    Section("Results", (), (Picture(PNG, "A curve"),), ((table, "A note"),)),
  ]
  path = write_article(tmp_path / "p.html", "Does it?", "It does.", sections)
  page = path.read_text()
  assert "<h1>Does it?</h1>" in page and "It does." in page
  assert "200 volumes &lt;of&gt; 100 patients." in page
  assert "data:image/png;base64,iVBORw==" in page
  assert "0.8<br><small>0.7 to 0.9</small>" in page and "A note" in page
  assert "http" not in page
  assert [p.name for p in tmp_path.iterdir()] == ["p.html"]


def test_long_texts_and_the_byline_are_as_given(tmp_path):
  facts = Table([], [["origin", "one hospital <A>"]])
  sections = [Section("Data card", facts=(facts,))]
  path = write_article(tmp_path / "p.html", "T", "S", sections, "By us")
  page = path.read_text()
  assert 'class="plain"' in page and "one hospital &lt;A&gt;" in page
  assert "By us, written" in page
