"""Columns by name: which way is better, and of which class they are."""

import pytest

from alx.metrics.summaries import measures


@pytest.mark.parametrize(
  ("column", "better", "of"),
  [
    ("auc", 1, ""),
    ("hd95", -1, ""),
    ("average_precision_sick", 1, "sick"),
    ("precision_sick", 1, "sick"),
    ("structure_dice_left_lung", 1, "left_lung"),
    ("hd95_penalised", -1, ""),
  ],
)
def test_columns(column, better, of):
  assert measures.measure_of(column).better == better
  assert measures.class_of(column) == of


@pytest.mark.parametrize("column", ["labels", "volume_bias", "new", "steps"])
def test_what_methods_are_not_compared_by(column):
  assert measures.measure_of(column) is None


def test_numbers_of_all_classes_come_first():
  found = measures.comparable(["f1_a", "labels", "auc", "f1_b", "ece"])
  assert found == ["auc", "ece", "f1_a", "f1_b"]


@pytest.mark.parametrize(
  ("text", "column"),
  [
    ("nsd", "nsd_1_voxel"),
    ("Balanced accuracy", "balanced_accuracy"),
    ("recall_sick", "sensitivity_sick"),
    ("AUROC", "auc"),
    ("ap_rare cell", "average_precision_rare cell"),
    ("sensitivity_Rare", "sensitivity_Rare"),
    ("nonsense", "nonsense"),
  ],
)
def test_other_ways_to_write_them(text, column):
  assert measures.spelled(text) == column
