"""Metrics as they are printed, and what they mean."""

LABELS = {
  "structure_dice": "macro Dice",
  "dice": "Dice",
  "auc": "AUC",
  "assd": "ASSD",
  "asd_pred_to_ref": "ASD predicted to true",
  "hd95": "HD95",
  "accuracy": "accuracy",
  "balanced_accuracy": "balanced accuracy",
  "undefined_dice": "Dice undefined",
  "undefined_surface": "distance undefined",
  "undefined_surface_items": "slices without distance",
  "missed": "structures missed",
  "invented": "structures invented",
  "missed_items": "missed in slices",
  "invented_items": "invented in slices",
  "assd_penalised": "ASSD, missed and invented at the diagonal",
  "structures": "structures there are",
  "invented_share": "drawn where there is none, share",
  "invented_voxels": "size of what is drawn there, voxels",
  "classes_seen": "classes among the labels",
  "hd95_penalised": "HD95, missed and invented at the diagonal",
  "hd100": "HD100",
  "hd100_penalised": "HD100, missed and invented at the diagonal",
  "jaccard": "Jaccard",
  "nsd_1_voxel": "surface Dice at 1 voxel",
  "volume_error": "volume error, share",
  "volume_bias": "volume bias, share",
  "volume_error_ml": "volume error, ml",
  "macro_f1": "macro-F1",
  "kappa": "Cohen's kappa",
  "average_precision": "average precision",
  "ece": "ECE",
  "brier": "Brier score",
  "test_items": "test items",
  "test_cases": "test cases",
  "partly_labelled": "partly labelled test items",
  "picked_foreground": "foreground among the picks",
}
DISTANCES = (
  "assd",
  "asd_pred_to_ref",
  "hd95",
  "hd100",
  "assd_penalised",
  "hd95_penalised",
  "hd100_penalised",
)
OVER_THE_BUDGET = (
  "“Mean over the curve”: area under the learning curve by trapezoids over "
  "labels, divided by the range of labels. It is the mean height of the curve, "
  "not the mean over rounds, of which the first and the last count in full."
)

# In front of the name of a class.
OF_CLASSES = {
  "structure_dice": "Dice, where there is one, of",
  "dice": "Dice",
  "average_precision": "average precision",
  "auc": "AUC",
  "f1": "F1",
}

METRICS = {
  "structure_dice": "Macro Dice: the Dice of a class, averaged over the test "
  "cases that hold it, then over the classes other than background. What a "
  "model draws of a class in a case that does not hold it does not enter: it "
  "is counted beside, as how often (drawn where there is none, share) and how "
  "much (voxels).",
  "dice": "Dice: 2|A∩B| / (|A| + |B|) of predicted and true voxels of a class, "
  "averaged over the classes other than background and over the test cases. "
  "A class absent from both masks is left out of the average and counted as "
  "undefined; absent from only one of them it is 0. Slices whose ids say that "
  "they are of one volume (patient001_frame1_slice03) are one case; a patient "
  "may have several.",
  "assd": "ASSD: average symmetric surface distance, the mean over all points "
  "of both surfaces of the distance to the other surface. Undefined, left out "
  "and counted where a class is missing from either mask.",
  "asd_pred_to_ref": "ASD predicted to true: the mean distance from the points "
  "of the predicted surface to the true one; a missed part does not show in "
  "it.",
  "hd95": "HD95: the larger of the two 95th percentiles of the distances from "
  "one surface to the other.",
  "missed": "Missed and invented: pairs of a test case and a class that only "
  "the truth has, or only the prediction, in all slices of the case together. "
  "They have no distance, so the means of ASSD, ASD and HD95 leave them out: a "
  "model that misses more may have the smaller mean.",
  "hd95_penalised": "At the diagonal: the same means in which what is missed "
  "or invented has the length of the image from corner to corner for a "
  "distance, in each slice; what neither mask has is still left out.",
  "auc": "AUC: area under the receiver operating curve; with more than two "
  "classes the mean of each class against the rest. 0.5 is chance.",
  "accuracy": "Accuracy: the share of test items whose likeliest class is the "
  "true one.",
  "balanced_accuracy": "Balanced accuracy: the mean over the classes of the "
  "share found.",
  "macro_f1": "Macro-F1: the mean over the classes of 2TP / (2TP + FP + FN), "
  "so that a rare class counts as much as a common one.",
  "average_precision": "Average precision: area under the precision-recall "
  "curve by steps, mean of each class against the rest. Chance has the share "
  "of the class.",
  "kappa": "Cohen's kappa: agreement with the truth beyond chance.",
  "ece": "ECE: expected calibration error, by how much the confidence of a "
  "prediction differs from the share that is right, over 15 bins; 0 is best.",
  "brier": "Brier score: squared error of the probabilities, summed over the "
  "classes; 0 is best.",
  "picked_foreground": "Foreground among the picks: the share of the voxels "
  "asked for that are not background.",
}
