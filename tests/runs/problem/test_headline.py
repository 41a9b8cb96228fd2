"""Which number a comparison is about."""

import types

import numpy as np
import pytest

from alx import data
from alx.runs.disk import store
from alx.runs.problem import headline


def of_classes(*counts):
  labels = np.repeat(np.arange(len(counts)), counts)
  names = tuple(f"c{i}" for i in range(len(counts)))
  found = types.SimpleNamespace(
    task="classification", labels=list(labels), class_names=names
  )
  every = np.arange(len(labels))
  return found, data.Split(every, every, every[:0], "item")


@pytest.mark.parametrize(
  ("counts", "metric"),
  [
    ((50, 50), "auc"),
    ((70, 30), "auc"),
    ((85, 15), "balanced_accuracy"),
    ((85, 8, 7), "balanced_accuracy"),
    ((34, 33, 33), "auc"),
    ((50, 50, 0), "balanced_accuracy"),
  ],
)
def test_the_rule_for_classes(counts, metric):
  assert headline.metric_of(*of_classes(*counts))[0] == metric


def test_the_reason_is_told():
  _, why = headline.metric_of(*of_classes(85, 15))
  assert why == "of the test items 85% are c0, 15.0% c1"


def test_a_pool_may_be_imbalanced_where_the_test_is_not():
  found, _ = of_classes(90, 10)
  split = data.Split(np.arange(85), np.r_[85:95], np.arange(0), "given")
  _, why = headline.metric_of(found, split)
  assert why.startswith("of the pool items 100% are c0")


def test_one_may_be_asked_for_in_other_words():
  found, split = of_classes(50, 50)
  assert headline.metric_of(found, split, "recall_c1")[0] == "sensitivity_c1"
  with pytest.raises(ValueError, match="metric: wanted auto or one of auc, "):
    headline.metric_of(found, split, "dice")
  with pytest.raises(ValueError, match="sensitivity_c1"):
    headline.metric_of(found, split, "sensitivity_c2")


def test_a_run_of_before_goes_on_by_what_it_has(tmp_path):
  found, split = of_classes(85, 15)
  row = {"round": 0, "labels": 4, "auc": 0.5}
  store.write_rows(tmp_path / "runs/random-seed0/curve.csv", [row])
  metric, why = headline.metric_of(found, split, workdir=tmp_path)
  assert metric == "auc" and "balanced_accuracy is not in" in why
  with pytest.raises(ValueError, match="were begun without macro_f1"):
    headline.metric_of(found, split, "macro_f1", tmp_path)
