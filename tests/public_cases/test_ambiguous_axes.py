"""Arrays whose shape allows two readings, and masks in other forms."""

import re

import numpy as np
import pytest

import alx

N, S, C, D = 20, 4, 3, 5
RNG = np.random.default_rng(0)
LOGITS = RNG.standard_normal((N, C))
PASSES = RNG.standard_normal((S, N, C))
SAMPLES = np.exp(PASSES) / np.exp(PASSES).sum(-1, keepdims=True)
FEATURES = RNG.standard_normal((N, D))
CHANNELS = RNG.standard_normal((N, 2, 6, 5))
CHANNEL_PROBS = np.exp(CHANNELS) / np.exp(CHANNELS).sum(1, keepdims=True)
NONE = np.zeros(N, bool)
TELLS = {
  "n": {"n": N},
  "labelled": {"labelled": NONE},
  "available": {"available": ~NONE},
  "groups": {"groups": np.arange(N)},
  "features": {"features": FEATURES},
}

REFUSED = [
  # Nothing tells N.
  (
    "entropy",
    {"logits": PASSES},
    "(4, 20, 3) is [N, voxels, C] of 4 items, or [S, N, C] of 4 passes of 20 "
    "items: say n=4 for the first; for the second give sample_logits=",
  ),
  (
    "entropy",
    {"probs": SAMPLES},
    "(4, 20, 3) is [N, voxels, C] of 4 items, or",
  ),
  (
    "bald",
    {"samples": SAMPLES.swapaxes(0, 1)},
    "(20, 4, 3) is [S, N, ..., C] of 20 passes of 4 items, or 20 items with "
    "their 4 passes: say n=4 for the first; for the second swap",
  ),
  (
    "entropy",
    {"logits": LOGITS.T},
    "(3, 20) is [N, C] of 3 items with 20 classes, or transposed, of 20 items: "
    "say n=3 for the first; for the second give logits.T",
  ),
  ("vacuity", {"evidence": np.exp(LOGITS.T)}, "give evidence.T"),
  (
    "vacuity",
    {"evidence": np.exp(PASSES)},
    "evidence: (4, 20, 3) is [N, voxels, C] of 4 items, or [S, N, C] of 4 "
    "passes of 20 items: say n=4 for the first; for the second give their "
    "mean, evidence.mean(0)",
  ),
  (
    "vacuity",
    {"evidence": np.exp(PASSES).swapaxes(0, 1), "labelled": NONE},
    "evidence: (20, 4, 3) is [N, voxels, C] of 20 items, or [N, S, C] of 20 "
    "items with 4 passes each: say n=20 for the first; for the second give "
    "evidence.mean(1)",
  ),
  # Classes before space, as torch has them.
  (
    "entropy",
    {"logits": CHANNELS},
    "logits: (20, 2, 6, 5) is [..., *sp, C] of 5 classes, or has 2 classes "
    "before space: say n=20 for the first; for the second give "
    "np.moveaxis(logits, 1, -1)",
  ),
  (
    "entropy",
    {"logits": CHANNELS, "labelled": NONE, "features": FEATURES},
    "np.moveaxis(logits, 1, -1)",
  ),
  ("vacuity", {"evidence": np.exp(CHANNELS)}, "np.moveaxis(evidence, 1, -1)"),
  (
    "bald",
    {"sample_logits": np.stack([CHANNELS, -CHANNELS])},
    "say n=20 for the first; for the second give np.moveaxis(sample_logits, 2, "
    "-1)",
  ),
  (
    "foreground_random",
    {"logits": CHANNELS[..., 0]},
    "(20, 2, 6) is [..., *sp, C] of 6 classes, or has 2 classes before space",
  ),
  (
    "entropy",
    {"probs": CHANNEL_PROBS},
    "sum to 1 over the last axis (for raw scores there is logits=; for classes "
    "before space give np.moveaxis(probs, 1, -1))",
  ),
  (
    "bald",
    {"samples": np.stack([CHANNEL_PROBS, CHANNEL_PROBS]), "n": N},
    "before space give np.moveaxis(samples, 2, -1))",
  ),
  # What tells N does not fit.
  (
    "entropy",
    {"logits": PASSES, "labelled": NONE},
    "found (4, 20, 3) where N is 20: of several passes give samples=",
  ),
  (
    "bald",
    {"samples": SAMPLES.swapaxes(0, 1), "labelled": NONE},
    "wanted [S, N, ..., C], found (20, 4, 3) where N is 20: swap the first two",
  ),
  (
    "k_center",
    {"features": FEATURES.T, "labelled": NONE},
    "features: wanted the items first, found (5, 20) where N is 20: give "
    "features.T",
  ),
  (
    "entropy",
    {"logits": LOGITS.T, "groups": np.arange(N)},
    "found (3, 20) where N is 20: give logits.T",
  ),
  (
    "entropy",
    {"logits": LOGITS, "n": 19},
    "the same number of items everywhere: 20 in the predictions, 19 in n",
  ),
]


@pytest.mark.parametrize(("method", "given", "line"), REFUSED)
def test_two_readings_are_one_line(method, given, line):
  with pytest.raises(ValueError, match=re.escape(line)) as caught:
    alx.query(method, k=2, **given)
  assert "\n" not in str(caught.value)


@pytest.mark.parametrize("tells", TELLS)
def test_only_n_says_that_an_axis_is_of_voxels(tells):
  """20 signals of 4 steps, or 20 items with 4 passes each."""
  signals = np.moveaxis(PASSES, 0, 1)
  given = TELLS[tells]
  if tells == "n":
    assert len(alx.query("entropy", k=2, logits=signals, **given)) == 2
    return
  line = (
    "(20, 4, 3) is [N, voxels, C] of 20 items, or [N, S, C] of 20 items with 4 "
    "passes each: say n=20 for the first; for the second give sample_logits=, "
    "with its first two axes swapped"
  )
  with pytest.raises(ValueError, match=re.escape(line)):
    alx.query("entropy", k=2, logits=signals, **given)


def test_features_of_each_voxel_say_it_too():
  signals = np.moveaxis(PASSES, 0, 1)
  voxels = RNG.standard_normal((N, S, D))
  assert len(alx.query("badge", k=2, logits=signals, features=voxels)) == 2


def test_logits_of_passes_are_their_probabilities():
  found = alx.query("bald", k=3, sample_logits=PASSES)
  assert found.tolist() == alx.query("bald", k=3, samples=SAMPLES).tolist()
  np.testing.assert_allclose(
    alx.score("bald", sample_logits=PASSES),
    alx.score("bald", samples=SAMPLES),
    rtol=1e-4,
    atol=1e-6,
  )
  with pytest.raises(ValueError, match=r"sample_logits: .* swap the first"):
    alx.query("bald", k=2, sample_logits=np.moveaxis(PASSES, 0, 1), n=N)
  with pytest.raises(ValueError, match="give one of samples, sample_logits"):
    alx.query("bald", k=2, samples=SAMPLES, sample_logits=PASSES)
  broken = PASSES.copy()
  broken[0, 3, 1] = np.nan
  with pytest.raises(ValueError, match="sample_logits: item 3 must be finite"):
    alx.query("bald", k=2, sample_logits=broken)


def test_many_passes_of_few_items():
  few = SAMPLES.swapaxes(0, 1)
  found = alx.query("bald", k=2, samples=few, n=S)
  assert set(found) <= set(range(S))
  assert alx.score("bald", samples=few, n=S).shape == (S,)
  with pytest.raises(ValueError, match="say n=4"):
    alx.score("bald", samples=few)


def test_many_classes_of_few_items():
  wide = RNG.standard_normal((3, 20))
  assert alx.score("entropy", logits=wide, n=3).shape == (3,)
  assert alx.score("entropy", logits=wide[:1]).shape == (1,)
  # Probabilities say by their sums which axis is which.
  probs = np.exp(wide) / np.exp(wide).sum(-1, keepdims=True)
  with pytest.raises(ValueError, match="sum to 1"):
    alx.score("entropy", probs=probs.T)


def test_a_method_for_segmentation_needs_no_statement():
  signals = np.moveaxis(PASSES, 0, 1)
  assert len(alx.query("foreground_random", k=2, logits=signals)) == 2


@pytest.mark.parametrize("door", [alx.score, alx.query])
@pytest.mark.parametrize("shape", [(N, 1), (N, 4, 1), (N, 4, 4, 1)])
def test_evidence_of_one_class_is_none(door, shape):
  more = {"k": 1} if door is alx.query else {}
  line = "evidence: wanted at least 2 classes on the last axis, found shape"
  with pytest.raises(ValueError, match=line):
    door("vacuity", evidence=np.ones(shape), n=N, **more)


def test_n_says_that_evidence_is_of_voxels():
  alpha = np.exp(PASSES)
  found = alx.score("vacuity", evidence=alpha, n=S)
  wanted = (C / alpha.sum(-1)).mean(1)
  np.testing.assert_allclose(found, wanted, rtol=1e-5)
  assert alx.score("beta_entropy", evidence=alpha[..., :2]).shape == (S,)


def test_n_says_that_classes_are_last():
  """So do features of each voxel, and probabilities by their sums."""
  logits = CHANNELS[:, :, :2]  # of 5 classes on 2 x 2
  assert alx.score("entropy", logits=logits, n=N).shape == (N,)
  voxels = RNG.standard_normal((N, 2, 2, D))
  assert alx.score("entropy", logits=logits, features=voxels).shape == (N,)
  probs = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
  assert alx.score("entropy", probs=probs).shape == (N,)
  moved = np.moveaxis(CHANNEL_PROBS, 1, -1)
  assert alx.score("entropy", probs=moved).shape == (N,)


def test_images_need_no_statement():
  images = RNG.standard_normal((N, 4, 4, C))
  assert len(alx.query("entropy", k=2, logits=images)) == 2


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.int32])
def test_a_mask_of_ones_and_zeros_is_a_mask(kind):
  mask = np.zeros(N, kind)
  mask[[0, 3]] = 1
  items = alx.query("random", k=18, labelled=mask)
  assert set(items) == set(range(N)) - {0, 3}


@pytest.mark.parametrize(
  "ids", [[3, 7], [0, 1], np.arange(N), np.ones(N), [2] * N]
)
def test_ids_are_no_mask(ids):
  line = r"labelled: wanted a bool mask \[20\], .* of ids it is numpy.isin"
  with pytest.raises(ValueError, match=line):
    alx.query("random", k=2, labelled=ids, n=N)


def test_two_ids_of_two_items_are_no_mask():
  with pytest.raises(ValueError, match="wanted a bool mask"):
    alx.query("random", k=1, labelled=[0, 1], n=2)
