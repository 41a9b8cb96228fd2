"""What the benchmark would run."""

import jax
import numpy as np
import pytest

from alx.runs.problem import reading
from alx.runs.problem.job import Job
from alx.runs.rounds import key_of
from experiments.survey import deviations, study
from experiments.survey.benchmarks import BENCHMARKS
from experiments.survey.plan import make_plan


def test_every_size_and_deviation_makes_settings(tmp_path):
  for name, benchmark in BENCHMARKS.items():
    for size in ("smoke", "cpu", "paper"):
      plan = make_plan(name, str(tmp_path), size, "parity")
      assert plan.deviations == deviations.of_benchmark(name)
      for config in plan.configs.values():
        assert config.shared_start and config.acquisition[0] == "random"
    assert tuple(plan.configs) == tuple(benchmark.budgets)
    first = next(iter(plan.configs.values()))
    assert first.acquisition == (*benchmark.methods, *benchmark.more)


def test_steps_are_those_of_the_text_on_the_average(tmp_path):
  """100 epochs in batches of 128, over the six fits of a budget."""
  for name in ("nct", "isic"):
    plan = make_plan(name, str(tmp_path), "paper")
    for budget, mean in (("low", 183), ("high", 2783)):
      config = plan.configs[budget]
      labels = config.start * np.arange(1, 7)
      steps = 100 * np.ceil(labels / config.batch)
      assert round(steps.mean()) == mean
      assert config.steps == pytest.approx(mean, rel=0.1)


def test_paper_mirrors_and_parity_does_not():
  """ACDC: the text flips, the code turns; cpu does neither."""
  for size, preset, expected in (
    ("paper", "clean", (True, True)),
    ("paper", "parity", (False, True)),
    ("cpu", "clean", (False, False)),
  ):
    config = make_plan("acdc", "x.npz", size, preset).configs["b10"]
    assert (config.flips, config.turns) == expected


def test_acdc_runs_more_than_the_table_has():
  paper = make_plan("acdc", "x.npz", "paper").configs["b10"].acquisition
  assert paper[-3:] == ("bald", "dbal", "foreground_random")
  cpu = make_plan("acdc", "x.npz", "cpu").configs["b10"].acquisition
  assert cpu == ("random", "entropy", "margin", "badge", "k_center")


def test_deviations_have_one_order():
  asked = ["truncated_labels", "shared_start", "shared_start"]
  plan = make_plan("acdc", "x.npz", deviate=asked)
  assert plan.deviations == ("shared_start", "truncated_labels")
  assert make_plan("acdc", "x.npz", "cpu", "parity", deviate=[]) == (
    make_plan("acdc", "x.npz", "cpu", "clean")._replace(preset="parity")
  )


@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    (("mnist", "x.npz"), "benchmark: 'mnist' is not one of acdc"),
    (("acdc", ""), "acdc wants --data=PATH"),
    (("acdc", "x.npz", "huge"), "size: 'huge' is not one of smoke"),
    (("acdc", "x.npz", "cpu", "dirty"), "preset: 'dirty' is not one of clean"),
  ],
)
def test_a_wrong_name_is_one_line(arguments, message):
  with pytest.raises(ValueError, match=message):
    make_plan(*arguments)


def test_wrong_budgets_and_deviations():
  with pytest.raises(ValueError, match="budgets: 'low' is not one of b10"):
    make_plan("acdc", "x.npz", budgets=["low"])
  with pytest.raises(ValueError, match="deviate: 'folded_auc' is not one of"):
    make_plan("acdc", "x.npz", deviate=["folded_auc"])


def test_clean_starts_are_the_seeds_own():
  """The key decides the start, the first weights and the first batches."""
  for preset, equal in (("clean", False), ("parity", True)):
    config = make_plan("acdc", "x.npz", preset=preset).configs["b10"]
    jobs = [Job(None, config, "random", seed, None, None) for seed in (0, 1)]
    for number, expected in ((0, equal), (1, False)):
      keys = [jax.random.key_data(key_of(job, number)) for job in jobs]
      assert np.array_equal(*keys) == expected


def test_a_budget_too_large_is_passed_over_unless_asked_for(tmp_path):
  """500 images: enough for 50 + 5 x 50 labels, not for 1000 + 5 x 1000."""
  path = tmp_path / "x.npz"
  labels = np.arange(500) % 2
  np.savez(path, images=np.ones((500, 4, 4), np.uint8), labels=labels)
  plan = make_plan("isic", str(path))
  dataset = reading.load_dataset(plan.configs["low"], None)
  configs, lines = study.affordable(plan, dataset)
  assert list(configs) == ["low"]
  assert "budget high is passed over: start 1000" in lines[0]
  asked = make_plan("isic", str(path), budgets=["low", "high"])
  with pytest.raises(ValueError, match="6000 labels, but the pool holds 350"):
    study.affordable(asked, dataset)


def test_compositions_and_caps_reach_every_budget():
  methods = ["two_stage( entropy:9,k_center)"]
  plan = make_plan("acdc", "x.npz", methods=methods, max_per_group=1)
  for config in plan.configs.values():
    assert config.acquisition == ("random", "two_stage(entropy:9, k_center)")
    assert config.max_per_group == 1
  with pytest.raises(ValueError, match="character 1: no method 'bold'"):
    make_plan("acdc", "x.npz", methods=["bold"])
