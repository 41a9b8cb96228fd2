"""The page and its protocol, from curves written by hand."""

from experiments.survey import page
from experiments.survey.protocol import protocol
from tests.survey_cases import CONFIG, SEGMENTED, acdc


def text_of(folder, plan, outcome):
  path = page.write(plan, [outcome], ["a budget too large"], folder)
  return " ".join(path.read_text().split())


def test_a_page_of_runs(tmp_path):
  text = text_of(tmp_path, *acdc(tmp_path))
  assert "stand in" not in text
  assert "‡ after some 4000 steps, ours after 400." in text
  assert "ASD predicted to true minus that of random, the same" in text
  assert "Ours are of slices, in voxels, theirs of volumes, in mm" in text
  assert "A slice or volume whose prediction or truth lacks" in text


def test_a_page_of_other_data(tmp_path):
  text = text_of(tmp_path, *acdc(tmp_path, dataset=SEGMENTED | {"num_pool": 9}))
  assert "These stand in for the data of the benchmark (656 slices" in text


def test_a_page_of_runs_that_have_not_begun(tmp_path):
  text = text_of(tmp_path, *acdc(tmp_path, {}, {}))
  assert "no run has finished" in text and "a budget too large" in text


def test_every_budget_has_its_steps(tmp_path):
  plan, outcome = acdc(tmp_path)
  study = outcome.study._replace(config=CONFIG | {"steps": 900})
  other = outcome._replace(budget="high", study=study)
  section = protocol(plan, [outcome, other], [])
  assert "its steps are 400 (b10) and 900 (high)" in section.paragraphs[0]
  settings = {row[0]: row[1] for row in section.tables[0][0].rows}
  assert settings["steps, b10"] == "400" and settings["steps, high"] == "900"


def test_the_settings_say_what_is_copied(tmp_path):
  plan, outcome = acdc(tmp_path)
  text = protocol(plan, [outcome], []).paragraphs[1]
  assert text.startswith("No deviation of the reference code")
  plan, outcome = acdc(tmp_path / "shared", shared_start=True)
  text = protocol(plan, [outcome], []).paragraphs[1]
  assert text.startswith("Copied from the reference code: shared_start: one")


def test_a_reader_sees_what_decides(tmp_path):
  plan, outcome = acdc(tmp_path)
  names = [row[0] for row in protocol(plan, [outcome], []).tables[0][0].rows]
  for name in ("image_size", "coupled_decay", "distort", "test_share"):
    assert name in names
