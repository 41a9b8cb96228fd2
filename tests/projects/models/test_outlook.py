import numpy as np
import pytest

from alx.projects.models import outlook
from alx.projects.models.outlook import make_curve

LABELS = [5, 10, 20, 40, 80]


def curve(spread=0.0, cases=12):
  """Error 0.1 + 0.4 (n / 5)^-0.7, each patient at a height of its own."""
  rng = np.random.default_rng(0)
  mean = 0.9 - 0.4 * (np.array(LABELS) / 5) ** -0.7
  heights = spread * rng.standard_normal(cases)
  heights -= heights.mean()
  patients = [f"p{i // 2}" for i in range(cases)]
  return make_curve(LABELS, mean[:, None] + heights, patients)


def test_the_forecast_is_the_power_law():
  found = outlook.forecast(curve())
  assert found.labels == 160
  np.testing.assert_allclose(found.score, 0.9 - 0.4 * 32**-0.7, atol=1e-3)
  np.testing.assert_allclose([found.low, found.high], found.score, atol=1e-3)


def test_patients_who_differ_make_an_interval():
  found = outlook.forecast(curve(0.05))
  assert found.low < found.score < found.high
  # The mean of 12 cases in 6 patients: about 0.05 sqrt(2 / 12) at the most.
  assert 0.01 < found.high - found.low < 4 * 0.05 * np.sqrt(2 / 12)
  line = outlook.forecast_line(found)
  assert line.startswith("forecast with 160 labels: 0.8") and "[0." in line


def test_what_cannot_be_forecast_is_told():
  short = make_curve(LABELS[:3], np.ones((3, 2)) / 2, ["p", "q"])
  found = outlook.forecast(short)
  assert np.isnan(found.score)
  line = outlook.forecast_line(found)
  assert line.startswith("no forecast: a forecast wants 4 numbers of labels")
  flat = make_curve(LABELS, np.full((5, 2), 0.5), ["p", "q"])
  assert "no rise can be seen" in outlook.forecast(flat).refused


def test_no_more_is_forecast_than_there_can_be():
  assert outlook.forecast(curve(), most=100).labels == 100
  assert outlook.forecast(curve(), most=500).labels == 160
  told = outlook.forecast(curve(), most=80).refused
  assert told == "of 80 images that can have a label all have one"
  assert not outlook.forecast(curve(), 1.001).refused  # of 80 again 80


def test_one_patient_has_no_interval():
  found = curve()
  alone = found._replace(patients=("p",) * 12)
  assert "(no interval: one patient)" in outlook.forecast_line(
    outlook.forecast(alone)
  )


def test_of_versions_with_as_many_labels_the_last_counts():
  found = make_curve([5, 10, 5], [[0.1, 0.1], [0.2, np.nan], [0.3, 0.1]], "pq")
  assert found.labels.tolist() == [5, 10] and found.patients == ("p",)
  assert found.cases.tolist() == [[0.3], [0.2]]


def test_a_version_that_was_replaced_takes_no_case_away():
  found = make_curve([5, 5, 10], [[0.1, np.nan], [0.3, 0.2], [0.4, 0.1]], "pq")
  assert found.cases.tolist() == [[0.3, 0.2], [0.4, 0.1]]


def test_a_patient_is_one_witness():
  found = make_curve([5, 10], [[0.1, 0.3, 0.5], [0.2, 0.4, 0.9]], "ppq")
  np.testing.assert_allclose(
    outlook.by_patient(found), [[0.2, 0.5], [0.3, 0.9]]
  )


def test_what_is_not_known_is_refused():
  with pytest.raises(ValueError, match="wanted times > 1"):
    outlook.forecast(curve(), 1.0)
  with pytest.raises(ValueError, match="wanted scores of 2 versions"):
    make_curve([5, 10], [[0.1, 0.2]], "pq")
  with pytest.raises(ValueError, match="a case that all versions"):
    make_curve([5], [[np.nan]], "p")
