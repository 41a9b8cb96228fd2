"""Methods and measures for someone who has never heard of them."""

_UNSURE = "takes what the model is least sure of"
_PASSES = "takes what the model answers differently when asked again"
_GROUPS = "sorts what is alike into groups and takes from each"
_SPREAD = "takes what is unlike all that has a label"
_TYPICAL = "takes what stands for many others"
_CHANGES = "takes what would change the model most"
_EVIDENCE = "takes what the model has seen little evidence for"

METHODS = {
  "random": "chosen by chance, which needs no method",
  "foreground_random": "chosen by chance among those in which the model sees "
  "something",
  "uniform": "every n-th, from a start by chance",
  "inconsistency": "takes regions in which the model sees several things",
  "key_slices": "takes regions inside of the slices that stand for the most",
  "ripu": f"{_UNSURE}, where it sees several things in one region",
  "clasp_pe": f"{_UNSURE} of each structure in turn, at first with much chance "
  "in it",
  "confidence": f"{_UNSURE}, by its likeliest answer",
  "margin": f"{_UNSURE}, by how close its two likeliest answers are",
  "entropy": f"{_UNSURE}, over all its possible answers",
  "variance": f"{_PASSES}, by how far the answers scatter",
  "bald": f"{_PASSES}: unsure for want of examples, not because the image is "
  "hard",
  "dbal": f"{_UNSURE} when asked several times",
  "margin_ratio": f"{_UNSURE}, by its second answer's share of the first",
  "gini": f"{_UNSURE}, by the chance of two answers that differ",
  "mean_std": f"{_PASSES}, by how far the answers scatter",
  "variation_ratio": f"{_PASSES}, by how many answers are outvoted",
  "vote_entropy": f"{_PASSES}, by how the answers are split",
  "pairwise_kl": f"{_PASSES}, by how far two answers differ",
  "mask_disagreement": "takes what the model outlines differently when asked "
  "again",
  "mc_iou": "takes what the model outlines differently when asked again",
  "vacuity": _EVIDENCE,
  "dissonance": "takes what the model has contradicting evidence for",
  "evidential_total": f"{_UNSURE}, for whatever reason",
  "evidential_aleatoric": f"{_UNSURE} because the image is hard",
  "evidential_epistemic": f"{_UNSURE} for want of examples",
  "evidential_entropy": _EVIDENCE,
  "beta_entropy": f"{_UNSURE}, each finding by itself",
  "power_bald": f"{_PASSES}, with some chance in it",
  "softmax_bald": f"{_PASSES}, with some chance in it",
  "softrank_bald": f"{_PASSES}, with some chance in it",
  "stochastic_batches": f"{_UNSURE}, as the best of many batches by chance",
  "class_balanced": f"{_UNSURE}, and more of the rare classes",
  "ranked_batch": f"{_SPREAD}, and more and more what the model is unsure of",
  "mean_discrepancy": "takes what is like those without a label and unlike "
  "those with one",
  "k_center": _SPREAD,
  "k_center_cosine": _SPREAD,
  "facility_location": _TYPICAL,
  "max_cover": _TYPICAL,
  "optimal_transport": _TYPICAL,
  "prob_cover": "takes what has many others near it and no label there yet",
  "non_similar": _SPREAD,
  "graph_cut": f"{_TYPICAL} and differs from what is taken",
  "mutual_information": "takes what is like given examples",
  "log_det": "takes a batch as varied as can be",
  "dpp": f"{_UNSURE}, in a varied batch",
  "k_dpp": f"{_UNSURE}, in a varied batch with some chance in it",
  "mmd": "makes what has a label look like the whole",
  "contextual_diversity": "takes what the model confuses in new ways",
  "k_means": f"{_GROUPS} its middle",
  "k_means_pp": f"{_SPREAD}, with some chance in it",
  "typiclust": f"{_GROUPS} its most typical one",
  "usl": f"{_GROUPS} a typical one",
  "cluster_margin": f"{_GROUPS} what the model is unsure of",
  "representative": f"{_GROUPS} what stands for it",
  "lsh": f"{_GROUPS} one by chance",
  "egl": _CHANGES,
  "entropy_gradient": _CHANGES,
  "badge": "takes what the model is unsure of, spread out over what differs",
  "bait": f"{_CHANGES}, as a batch",
  "fisher": f"{_CHANGES}, as a batch",
  "influence": "takes what would lower the model's errors most",
  "alfa_mix": "takes what the model's answer changes for when it is mixed with "
  "a labelled one",
  "batch_bald": f"{_PASSES}, as a batch that does not ask twice",
}

MEASURES = {
  "dice": "overlap of the model's outline with the expert's, from 0 (none) to "
  "1 (the same)",
  "auc": "how often the model ranks a case above a control, from 0.5 (chance) "
  "to 1 (always)",
  "accuracy": "share of test images that the model names rightly",
  "balanced_accuracy": "share that the model names rightly, mean over the "
  "classes",
}

WORK = {
  "segmentation": "one {} that an expert has outlined",
  "classification": "one {} whose class an expert has told",
}

# Where one label is a part of an item, and where labels are counted by a
# budget: in those of it.
PARTS = {
  "slices": "slice of a {}",
  "boxes": "small box of a {}",
  "superpixels": "patch of like voxels of a {}",
}
DOMINANT = "one {} of which an expert has told the class that most of it has"
COUNTED = {
  "voxels": "one voxel of which an expert has told the class",
  "slices": "one slice that an expert has outlined, or as many voxels",
  "boundary_mm": "one mm of outline that an expert has drawn",
  "seconds": "one second of an expert's work",
  "cost": "one unit of what the given table says that labels cost",
}
