import html
import re

from alx import report


def test_a_framed_page_is_whole_and_apart(tmp_path):
  text = '<p title="a">Dice & "ä" <b>0.5</b></p>'
  page = tmp_path / "p.html"
  page.write_text(text, "utf-8")
  framed = report.framed(page, height=300)
  inside = re.fullmatch(
    r'<iframe style="[^"]*" srcdoc="([^"]*)"></iframe>', framed
  )
  assert html.unescape(inside[1]) == text
  assert "height: 300px" in framed
