"""The front door: what goes in, what comes out, what is refused."""

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import alx
from alx.acquisition import BY_NAME

N, S, C, D = 20, 4, 3, 5


def softmax(x):
  x = np.exp(x - x.max(-1, keepdims=True))
  return x / x.sum(-1, keepdims=True)


def inputs_of(name, seed=0):
  """What the method needs and nothing else."""
  rng = np.random.default_rng(seed)
  needs = BY_NAME[name].needs
  space = (3, 2) if "space" in needs else ()
  given = {}
  if "samples" in needs:
    given["samples"] = softmax(2 * rng.standard_normal((S, N, *space, C)))
  elif "probs" in needs:
    given["logits"] = 2 * rng.standard_normal((N, *space, C))
  if "features" in needs:
    given["features"] = rng.standard_normal((N, D))
  if "evidence" in needs:
    given["evidence"] = rng.gamma(2.0, size=(N, C)) + 0.1
  if "beta" in needs:
    given["evidence"] = rng.gamma(2.0, size=(N, C, 2)) + 0.1
  return given or {"n": N}


def mask(*items):
  found = np.zeros(N, bool)
  found[list(items)] = True
  return found


def test_the_signature_is_the_promised_one():
  names = list(inspect.signature(alx.query).parameters)
  promised = (
    "method k probs logits samples features evidence labelled available"
  )
  assert {*promised.split(), "groups", "labels", "key"} <= set(names)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_method_answers(name):
  given, labelled = inputs_of(name), mask(0, 7, 8)
  labels = np.arange(N) % C
  items = alx.query(name, k=5, labelled=labelled, labels=labels, key=1, **given)
  assert isinstance(items, np.ndarray) and items.dtype == np.int64
  assert len(set(items.tolist()) - {0, 7, 8}) == 5 and items.max() < N
  again = alx.query(name, k=5, labelled=labelled, labels=labels, key=1, **given)
  assert again.tolist() == items.tolist()


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_score_is_high_for_what_is_picked(name):
  if not alx.methods()[name].scores:
    with pytest.raises(ValueError, match="no score"):
      alx.score(name, probs=np.full((N, C), 1 / C))
    return
  given = inputs_of(name)
  scores = alx.score(name, **given)
  assert scores.shape == (N,) and scores.dtype == np.float32
  if BY_NAME[name].select is BY_NAME["entropy"].select:
    items = alx.query(name, k=4, **given)
    assert items.tolist() == np.argsort(-scores, kind="stable")[:4].tolist()


def test_methods_say_what_they_need_and_where_they_are_from():
  found = alx.methods()
  assert set(found) == set(BY_NAME)
  assert found["bald"].needs == ("samples",)
  assert "Houlsby" in found["bald"].paper
  assert found["entropy"].options["reduce"] == "mean"


def test_torch_tensors():
  torch = pytest.importorskip("torch")
  given = inputs_of("badge")
  as_torch = {name: torch.tensor(x) for name, x in given.items()}
  labelled = mask(3)
  items = alx.query("badge", k=4, labelled=labelled, **given)
  same = alx.query(
    "badge", k=4, labelled=torch.tensor(labelled), key=0, **as_torch
  )
  assert same.tolist() == items.tolist()
  half = torch.tensor(given["logits"]).to(torch.bfloat16)
  assert alx.query("entropy", k=2, logits=half).shape == (2,)
  wants_grad = torch.tensor(given["logits"], requires_grad=True)
  with pytest.raises(ValueError, match="logits"):
    alx.query("entropy", k=2, logits=wants_grad)


def test_jax_arrays_and_lists_are_as_good():
  logits = inputs_of("entropy")["logits"]
  wanted = alx.query("entropy", k=3, logits=logits).tolist()
  assert (
    alx.query("entropy", k=3, logits=jnp.asarray(logits)).tolist() == wanted
  )
  assert alx.query("entropy", k=3, logits=logits.tolist()).tolist() == wanted
  key = jax.random.key(0)
  assert alx.query("entropy", k=3, logits=logits, key=key).tolist() == wanted


def test_blocks_change_nothing(monkeypatch):
  given = inputs_of("bald")
  wanted = alx.score("bald", **given)
  monkeypatch.setattr("alx.front.inputs._CHECKED_AT_ONCE", 10)
  monkeypatch.setattr("alx.front.blocks._NUMBERS", 7 * S * C)
  np.testing.assert_allclose(alx.score("bald", **given), wanted, rtol=1e-6)


def test_what_is_neither_labelled_nor_available_is_not_there():
  features = np.array([[0.0], [1.0], [2.0], [50.0], [10.0]])
  labelled = np.array([1, 0, 0, 0, 0], bool)
  available = np.array([0, 1, 1, 0, 1], bool)
  given = {"features": features, "labelled": labelled, "available": available}
  assert alx.query("k_center", k=2, **given).tolist() == [4, 2]


def test_groups_share_the_picks():
  probs = np.stack([np.linspace(0.5, 0.9, 6), np.linspace(0.5, 0.1, 6)], -1)
  patients = np.array(["a", "a", "a", "b", "b", "c"])
  given = {"probs": probs, "groups": patients}
  assert alx.query("entropy", k=3, **given).tolist() == [0, 3, 5]
  two = alx.query("entropy", k=3, max_per_group=2, **given)
  assert two.tolist() == [0, 1, 3]
  # No group suffices for five at one each: a second one of each follows.
  assert alx.query("entropy", k=5, **given).tolist() == [0, 3, 5, 1, 4]


def test_options_reach_the_method():
  samples = inputs_of("mc_iou")["samples"]
  mean = alx.score("variance", samples=samples)
  top = alx.score("variance", samples=samples, reduce="max")
  assert (top > mean).all()


def test_voxel_features_are_pooled():
  rng = np.random.default_rng(0)
  logits = rng.standard_normal((N, 3, 2, C))
  voxels = rng.standard_normal((N, 3, 2, D))
  pooled = voxels.mean((1, 2))
  one = alx.query("k_center", k=3, logits=logits, features=voxels)
  assert one.tolist() == alx.query("k_center", k=3, features=pooled).tolist()
  assert alx.query("badge", k=3, logits=logits, features=voxels).shape == (3,)


GOOD = softmax(np.random.default_rng(0).standard_normal((N, C)))
NAN = np.where(np.arange(N)[:, None] == 3, np.nan, GOOD)
REFUSED = [
  ("nothing", {}, "no method 'nothing'; there are: random"),
  ("bald", {"probs": GOOD}, r"bald needs samples=.*at least 2.*found probs"),
  ("k_center", {"probs": GOOD}, r"needs features=\[N, D\], found probs"),
  (
    "entropy",
    {"evidence": GOOD},
    "needs probs=, logits=, samples= or sample_logits=",
  ),
  ("mc_iou", {"samples": np.stack([GOOD, GOOD])}, "is for segmentation"),
  ("random", {}, "N is not known"),
  ("entropy", {"probs": GOOD, "logits": GOOD}, "give one of probs, logits"),
  ("entropy", {"probs": GOOD[0]}, r"probs: wanted \[N, ..., C\], found shape"),
  ("entropy", {"probs": GOOD[:, :1]}, "at least 2 classes"),
  ("entropy", {"probs": 2 * GOOD}, "item 0 .* found a sum of 2"),
  ("entropy", {"probs": GOOD - 0.5}, "item 0 must not have negative"),
  ("entropy", {"probs": NAN}, "item 3 must be finite, found nan"),
  ("entropy", {"logits": NAN}, "item 3 must be finite, found nan"),
  ("k_center", {"features": NAN}, "features: item 3 must be finite"),
  ("vacuity", {"evidence": -GOOD}, "item 0 must have finite Dirichlet"),
  ("entropy", {"probs": np.array(["a"])}, "wanted numbers, found dtype"),
  ("badge", {"probs": GOOD, "features": GOOD[:5]}, "the same number of items"),
  ("entropy", {"probs": GOOD, "k": 21}, "21 items were asked for, 20 are"),
  ("entropy", {"probs": GOOD, "k": -1}, "k: wanted an integer >= 0"),
  ("entropy", {"probs": GOOD, "labelled": [1, 2]}, "labelled: wanted a bool"),
  ("entropy", {"probs": GOOD, "temperature": 2}, "no option 'temperature'"),
  (
    "entropy",
    {"probs": GOOD, "reduce": [1]},
    "reduce: wanted mean, .* a function",
  ),
  ("entropy", {"probs": GOOD, "max_per_group": 1}, "needs groups"),
  (
    "entropy",
    {"probs": GOOD, "key": 0.5},
    "key: wanted a jax key or an integer",
  ),
  (
    "class_balanced",
    {"probs": GOOD, "labelled": mask(2), "labels": np.full(N, -1)},
    "labels: item 2 is labelled, wanted a class >= 0",
  ),
]


@pytest.mark.parametrize(("method", "given", "message"), REFUSED)
def test_what_is_refused(method, given, message):
  with pytest.raises(ValueError, match=message):
    alx.query(method, **{"k": 2, **given})


def test_progress_is_told():
  seen = []
  features = np.random.default_rng(0).standard_normal((50, 3))
  alx.query(
    "facility_location",
    k=5,
    features=features,
    progress=lambda done, total: seen.append((done, total)),
  )
  jax.effects_barrier()
  assert seen and seen[-1][0] == seen[-1][1]


def test_a_text_composes_methods():
  rng = np.random.default_rng(0)
  given = {
    "logits": rng.standard_normal((30, 3)),
    "features": rng.standard_normal((30, 4)),
  }
  wanted = set(alx.query("entropy", k=8, logits=given["logits"]).tolist())
  items = alx.query("two_stage(entropy:8, k_center)", k=3, **given)
  assert set(items.tolist()) <= wanted and len(set(items.tolist())) == 3
  scores = alx.score("entropy(reduce=max)", logits=given["logits"])
  np.testing.assert_array_equal(
    scores, alx.score("entropy", logits=given["logits"], reduce="max")
  )
  with pytest.raises(ValueError, match="turns of rounds are for runs"):
    alx.query("entropy*1 + k_center", k=3, **given)
  with pytest.raises(ValueError, match="did you mean entropy"):
    alx.query("entropie", k=3, **given)


def test_a_method_that_caps_groups_is_not_capped_twice():
  probs = np.stack([np.linspace(0.5, 0.9, 6), np.linspace(0.5, 0.1, 6)], -1)
  patients = np.array(["a", "a", "a", "b", "b", "c"])
  text = "capped_per_group(entropy, cap=2)"
  items = alx.query(text, k=3, probs=probs, groups=patients)
  assert items.tolist() == [0, 1, 3]
  items = alx.query(text, k=3, probs=probs, groups=patients, max_per_group=1)
  assert items.tolist() == [0, 3, 5]
  for method in (text, "per_cluster(margin, by=group)"):
    with pytest.raises(ValueError, match=r"needs groups=\[N\]"):
      alx.query(method, k=3, probs=probs)


def test_the_number_of_classes_reaches_every_part():
  rng = np.random.default_rng(0)
  features = rng.standard_normal((30, 4))
  given = {"features": features, "logits": rng.standard_normal((30, 3))}
  as_option = alx.query("prob_cover", k=5, clusters=7, **given).tolist()
  assert alx.query("prob_cover(clusters=7)", k=5, **given).tolist() == as_option
  told = alx.query("two_stage(random:30, prob_cover)", k=5, **given)
  said = alx.query("two_stage(random:30, prob_cover(clusters=3))", k=5, **given)
  assert told.tolist() == said.tolist()
  with pytest.raises(ValueError, match="wants to know how many classes"):
    alx.query("two_stage(typiclust:30, prob_cover)", k=5, features=features)
