"""What `alx project status` says of where a project stands."""

from alx import projects
from alx.projects.pages import history, outlooks
from alx.projects.store import log
from alx.projects.work.status import lines_of
from tests.projects import small_projects as small


def judged(tmp_path, *scores, items=12, validation=0.5):
  """The folder of versions with 4, 8, 16 ... labels, the scores as gated."""
  folder = small.of_pictures(tmp_path, items, validation=validation)
  with projects.working(folder) as project:
    for number, found in enumerate(scores, 1):
      about = {"version": number, "labels": 2 * 2**number, "files": {}}
      project.add(("fit_done", about))
      if found:
        gated = {"version": number, "decision": "kept", "scores": found}
        project.add(("gated", gated))
  return folder


def alike(*means):
  """Six frozen cases of the same score, by version."""
  return [{f"case_{i:03d}": [mean] for i in range(1, 7)} for mean in means]


def lines(folder):
  project = projects.open_project(folder)
  return lines_of(project, projects.status(project))


def test_what_more_labels_would_give_is_told_as_on_the_page(tmp_path):
  scores = alike(0.5, 0.65, 0.75, 0.81)
  folder = judged(tmp_path, *scores, items=100, validation=0.1)
  project = projects.open_project(folder)
  versions = history.versions_of(project.state, log.read(folder)[0])
  *_, models, forecast, helped, head = lines(folder)
  assert [forecast, helped] == outlooks.lines(project, versions)
  assert models.startswith("models: ") and head.startswith("log: ")
  assert forecast.startswith("Forecast with 64 labels: 0.8")


def test_no_more_is_forecast_than_there_are_images_to_label(tmp_path):
  scores = alike(0.5, 0.65, 0.75, 0.81)
  folder = judged(tmp_path, *scores, items=48, validation=6 / 48)
  assert "Forecast with 42 labels: 0.8" in "\n".join(lines(folder))


def test_where_all_images_have_a_label_nothing_is_forecast(tmp_path):
  told = lines(judged(tmp_path, *alike(0.5, 0.65, 0.75, 0.81)))
  assert told[-3].endswith(
    "would give: of 6 images that can have a label all have one."
  )


def test_what_one_version_cannot_tell_is_a_line_each(tmp_path):
  *_, forecast, helped, _ = lines(judged(tmp_path, *alike(0.5)))
  assert "a forecast wants 4 numbers of labels" in forecast
  assert helped.startswith("Whether labels still help is not known: ")


def test_versions_without_a_common_case_have_no_outlook(tmp_path):
  told = lines(judged(tmp_path, {"case_001": [0.5]}, {"case_002": [0.6]}))
  assert told[-2].startswith("No forecast of what more labels would give")
  assert told[-3].startswith("models: ")


def test_a_version_that_was_not_judged_has_no_outlook(tmp_path):
  assert lines(judged(tmp_path, {}))[-2] == "models: v001 made; none serves"
