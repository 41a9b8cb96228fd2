"""Submodular sets, kernels and determinants, written from the formula."""

import collections
import functools

import numpy as np
import scipy.spatial
import scipy.special

from tests.oracle_common import mean_over_real, one_by_one


def unit(features):
  features = np.asarray(features, np.float64)
  norms = np.linalg.norm(features, axis=1, keepdims=True)
  return np.divide(features, norms, np.zeros_like(features), where=norms > 0)


def cosines(features):
  rows = unit(features)
  return rows @ rows.T


def rbf(x, y, bandwidth):
  square = scipy.spatial.distance.cdist(x, y, "sqeuclidean")
  return np.exp(-square / (2 * bandwidth**2))


def there(candidates):
  return np.flatnonzero(
    np.asarray(candidates.available) | np.asarray(candidates.labelled)
  )


def labelled_of(candidates):
  return np.flatnonzero(candidates.labelled).tolist()


def cleaned(features, candidates):
  """float64 features, zeros in the rows that are not there."""
  rows = np.zeros(np.shape(features))
  rows[there(candidates)] = np.asarray(features)[there(candidates)]
  return rows


def regret(items, gain, candidates):
  """How far the picks are from those of highest `gain(item, picks)`."""
  free = np.flatnonzero(candidates.available).tolist()
  worst, picks = 0.0, []
  for item in items:
    gains = {i: gain(i, picks) for i in free}
    worst = max(worst, max(gains.values()) - gains[item])
    picks.append(item)
    free.remove(item)
  return worst


def choice(gain_of):
  """The choice of k of the greedy with a gain of features and candidates."""

  def choose(prediction, candidates, k):
    gain = gain_of(prediction.features, candidates)
    return one_by_one(gain, candidates, k)

  return choose


def non_similar(features, candidates, aggregate=np.max):
  near = cosines(cleaned(features, candidates))
  known, present = labelled_of(candidates), there(candidates)

  def unlike(item, picks):
    if known + picks:
      return -aggregate(near[item, known + picks])
    return -near[item, present].mean()

  return unlike


def increase(f, known=()):
  """Gain of a set function of lists of items, with some in it already."""
  known = list(known)
  return lambda item, picks: f([*known, *picks, item]) - f(known + picks)


def cut(near, ground, redundancy, items):
  inside = near[np.ix_(items, items)].sum()
  return near[np.ix_(ground, items)].sum() - redundancy * inside


def graph_cut(features, candidates, redundancy=None, k=6):
  near = cosines(cleaned(features, candidates))
  if redundancy is None:
    chosen = len(labelled_of(candidates)) + min(k, candidates.available.sum())
    redundancy = len(there(candidates)) / (2 * int(chosen))
  f = functools.partial(cut, near, there(candidates), redundancy)
  return increase(f, labelled_of(candidates))


def targets_of(candidates):
  """The labelled items of the class with the fewest."""
  known = labelled_of(candidates)
  if not known:
    return there(candidates).tolist()
  if candidates.labels is None:
    return known
  labels = np.asarray(candidates.labels)
  counts = collections.Counter(int(labels[i]) for i in known if labels[i] >= 0)
  if not counts:
    return known
  rarest = min(counts, key=lambda c: (counts[c], c))
  return [i for i in known if labels[i] == rarest]


def best(near, x, items):
  """Highest similarity of x to some items, 0 if there are none."""
  return max([0.0, *near[x, items]])


def flqmi(near, ground, targets, private, eta, items):
  del ground, private
  cover = sum(best(near, q, items) for q in targets)
  return cover + eta * sum(near[a, targets].max() for a in items)


def flvmi(near, ground, targets, private, eta, items):
  del private
  return sum(
    min(best(near, x, items), eta * best(near, x, targets)) for x in ground
  )


def flcmi(near, ground, targets, private, eta, items):
  total = 0.0
  for x in ground:
    shared = min(best(near, x, items), eta * best(near, x, targets))
    total += max(shared - best(near, x, private), 0.0)
  return total


def gcmi(near, ground, targets, private, eta, items):
  del ground, private
  return eta * near[np.ix_(items, targets)].sum()


def com(near, ground, targets, private, eta, items):
  del ground, private
  near = np.maximum(near, 0)[np.ix_(items, targets)]
  return eta * np.sqrt(near.sum(1)).sum() + np.sqrt(near.sum(0)).sum()


def logdetmi(near, ground, targets, private, eta, items, ridge=0.01):
  del ground, private

  def part(x, y):
    return near[np.ix_(x, y)]

  of_a = part(items, items) + ridge * np.eye(len(items))
  of_q = part(targets, targets) + ridge * np.eye(len(targets))
  told = part(items, targets) @ np.linalg.solve(of_q, part(targets, items))
  return log_volume(of_a) - log_volume(of_a - eta**2 * told)


INFORMATION = {
  f.__name__: f for f in (flqmi, flvmi, flcmi, gcmi, com, logdetmi)
}


def mutual_information(features, candidates, kind="flqmi", eta=1.0):
  near = cosines(cleaned(features, candidates))
  targets = targets_of(candidates)
  private = [i for i in labelled_of(candidates) if i not in targets]
  f = functools.partial(
    INFORMATION[kind], near, there(candidates), targets, private, eta
  )
  return increase(f)


def log_volume(matrix):
  return np.linalg.slogdet(matrix)[1] if len(matrix) else 0.0


def log_det(features, candidates, ridge=0.01):
  near = cosines(cleaned(features, candidates))

  def f(items):
    return log_volume(near[np.ix_(items, items)] + ridge * np.eye(len(items)))

  return increase(f, labelled_of(candidates))


def quality(prediction):
  probs = np.asarray(prediction.probs, np.float64).mean(0)
  return mean_over_real(scipy.special.entr(probs).sum(-1), prediction.mask)


def dpp(score, features, candidates, weight=1.0):
  """log det L_A, and only the score once no item makes that finite."""
  near = cosines(cleaned(features, candidates))
  likely = np.exp(weight * np.asarray(score, np.float64))
  kernel = likely[:, None] * near * likely[None]

  def gain(item, picks):
    if not spans(near, picks, item):
      return score[item]
    chosen = [*picks, item]
    before = log_volume(kernel[np.ix_(picks, picks)])
    return 1000 + log_volume(kernel[np.ix_(chosen, chosen)]) - before

  return gain


def spans(near, picks, item):
  return volume_share(near, picks, item) > 1e-5


def volume_share(near, picks, item):
  """det S_{A + i} / det S_A, from S of A with full rank or not."""
  of_picks = near[np.ix_(picks, picks)]
  along = np.linalg.pinv(of_picks, 1e-9, hermitian=True) @ near[picks, item]
  return near[item, item] - near[item, picks] @ along


def mmd_squared(near, x, y):
  """From the kernel of everything and two lists of items."""

  def mean(a, b):
    return near[np.ix_(a, b)].mean()

  return mean(x, x) + mean(y, y) - 2 * mean(x, y)


def spread(features):
  """The bandwidth whose 2 h^2 is the mean squared distance."""
  return np.sqrt(np.var(features, axis=0).sum()) or np.sqrt(0.5)


def mmd(features, candidates, bandwidth=None, kernel="rbf"):
  features, present = cleaned(features, candidates), there(candidates)
  bandwidth = bandwidth or spread(features[present])
  near = {
    "rbf": lambda: rbf(features, features, bandwidth),
    "linear": lambda: features @ features.T,
    "cosine": lambda: cosines(features),
  }[kernel]()
  known = labelled_of(candidates)

  def gain(item, picks):
    return -mmd_squared(near, [*known, *picks, item], present)

  return gain


def confusion(prediction, item):
  """{class: mean prediction where it is predicted} of one item."""
  probs = np.asarray(prediction.probs, np.float64)[:, item].mean(0)
  real = np.asarray(prediction.mask)[item].reshape(-1)
  found = collections.defaultdict(list)
  for voxel in probs.reshape(-1, probs.shape[-1])[real]:
    found[int(voxel.argmax())].append(voxel)
  return {c: weighted_mean(np.array(voxels)) for c, voxels in found.items()}


def weighted_mean(voxels):
  weights = scipy.special.entr(voxels).sum(1)
  return np.average(voxels, axis=0, weights=weights if weights.any() else None)


def contextual_distance(a, b):
  """Of two confusions, inf without a common class."""
  tiny = float(np.finfo(np.float32).tiny)
  common = sorted(set(a) & set(b))
  apart = []
  for c in common:
    p, q = a[c], b[c]
    log_p, log_q = np.log(np.maximum(p, tiny)), np.log(np.maximum(q, tiny))
    forth, back = (p * (log_p - log_q)).sum(), (q * (log_q - log_p)).sum()
    apart.append((forth + back) / 2)
  return np.mean(apart) if common else np.inf


def contextual_diversity(prediction, candidates):
  items = range(len(candidates.available))
  found = [confusion(prediction, i) for i in items]
  doubt = [
    np.mean([scipy.special.entr(q).sum() for q in found[i].values()] or [0])
    for i in items
  ]
  known = labelled_of(candidates)

  def reach(item, picks):
    if not found[item]:
      return 0.0
    near = [contextual_distance(found[item], found[i]) for i in known + picks]
    nearest = min([np.inf, *near])
    # Farther than any that can be measured, and then by entropy.
    return 1000 + doubt[item] if np.isinf(nearest) else nearest

  return reach


CHOICES = {
  "non_similar": choice(non_similar),
  "graph_cut": choice(graph_cut),
  "mutual_information": choice(mutual_information),
  "log_det": choice(log_det),
  "dpp": lambda prediction, candidates, k: one_by_one(
    dpp(quality(prediction), prediction.features, candidates), candidates, k
  ),
  "mmd": choice(mmd),
  "contextual_diversity": lambda prediction, candidates, k: one_by_one(
    contextual_diversity(prediction, candidates), candidates, k
  ),
}
