"""Scores of one item, written from the formula."""

import itertools

import numpy as np
import scipy.special
import scipy.stats

from tests.oracle_common import highest, mean_over_real


def entropy(probs):
  return scipy.special.entr(np.asarray(probs, np.float64)).sum(-1)


def top_scores(score):
  """The choice by a score of probabilities [S, N, *sp, C] -> [N, *sp]."""

  def choose(prediction, candidates, k):
    probs = np.asarray(prediction.probs, np.float64)
    values = mean_over_real(score(probs), prediction.mask)
    # Equal scores, summed in another order, are ties.
    return highest(np.round(values, 10), candidates, k)

  return choose


def margin(probs):
  ordered = np.sort(probs.mean(0), -1)
  return -(ordered[..., -1] - ordered[..., -2])


def margin_ratio(probs):
  ordered = np.sort(probs.mean(0), -1)
  return ordered[..., -2] / ordered[..., -1]


def votes(probs):
  """[..., C] share of the samples whose first highest class it is."""
  shares = np.zeros(probs.shape[1:])
  for sample in probs:
    for place in np.ndindex(sample.shape[:-1]):
      shares[(*place, list(sample[place]).index(max(sample[place])))] += 1
  return shares / len(probs)


def variation_ratio(probs):
  winner = scipy.stats.mode(probs.argmax(-1), axis=0)
  return 1 - winner.count / len(probs)


def pairwise_kl(probs):
  tiny = float(np.finfo(np.float32).tiny)
  logs = np.log(np.maximum(probs, tiny))
  divergences = [
    (p * (log_p - log_q)).sum(-1)
    for (p, log_p), (_, log_q) in itertools.permutations(
      zip(probs, logs, strict=True), 2
    )
  ]
  return sum(divergences, np.zeros(logs.shape[1:-1])) / max(len(divergences), 1)


def masks(prediction, item, c):
  """Of each sample, the set of real voxels whose likeliest class is c."""
  labels = np.asarray(prediction.probs)[:, item].argmax(-1)
  real = np.asarray(prediction.mask)[item]
  return [{tuple(x) for x in np.argwhere((m == c) & real)} for m in labels]


def dice(a, b):
  return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def mask_disagreement(sets):
  pairs = list(itertools.combinations(sets, 2))
  return 1 - np.mean([dice(a, b) for a, b in pairs]) if pairs else 0.0


def mc_iou(sets):
  union = set.union(*sets)
  return 1 - len(set.intersection(*sets)) / len(union) if union else 0.0


def mask_scores(score, prediction):
  """[N] mean over foreground classes of a score of the sets of samples."""
  _, num_items, *_, num_classes = prediction.probs.shape
  return np.array(
    [
      np.mean([score(masks(prediction, i, c)) for c in range(1, num_classes)])
      for i in range(num_items)
    ]
  )


def by_masks(score):
  def choose(prediction, candidates, k):
    values = mask_scores(score, prediction)
    return highest(np.round(values, 10), candidates, k)

  return choose


def by_evidence(score):
  """The choice by a score of Dirichlet parameters [N, *sp, C] -> [N, *sp]."""

  def choose(prediction, candidates, k):
    alpha = np.asarray(prediction.evidence, np.float64)
    values = mean_over_real(score(alpha), prediction.mask)
    return highest(np.round(values, 10), candidates, k)

  return choose


def vacuity(alpha):
  return alpha.shape[-1] / alpha.sum(-1)


def dissonance(alpha):
  belief = np.maximum(alpha - 1, 0) / alpha.sum(-1, keepdims=True)
  out = np.zeros(alpha.shape[:-1])
  for place in np.ndindex(out.shape):
    b = belief[place]
    for k in range(len(b)):
      others = [j for j in range(len(b)) if j != k and b[j] > 0]
      if b[k] > 0 and others:
        shared = [b[j] * (1 - abs(b[j] - b[k]) / (b[j] + b[k])) for j in others]
        out[place] += b[k] * sum(shared) / sum(b[others])
  return out


def evidential_total(alpha):
  return entropy(alpha / alpha.sum(-1, keepdims=True))


def evidential_aleatoric(alpha):
  strength = alpha.sum(-1, keepdims=True)
  psi = scipy.special.digamma
  return (alpha / strength * (psi(strength + 1) - psi(alpha + 1))).sum(-1)


def evidential_epistemic(alpha):
  return evidential_total(alpha) - evidential_aleatoric(alpha)


def evidential_entropy(alpha):
  flat = alpha.reshape(-1, alpha.shape[-1])
  entropies = [scipy.stats.dirichlet(row).entropy() for row in flat]
  return np.array(entropies).reshape(alpha.shape[:-1])


def beta_entropy(alpha):
  """Sum over classes of the expected entropy of Beta(alpha_c, S0 - alpha_c)."""
  rest = alpha.sum(-1, keepdims=True) - alpha
  return evidential_aleatoric(np.stack([alpha, rest], -1)).sum(-1)


# Of probabilities [S, ..., C] -> [...].
MAPS = {
  "confidence": lambda p: 1 - p.mean(0).max(-1),
  "margin": margin,
  "margin_ratio": margin_ratio,
  "entropy": lambda p: entropy(p.mean(0)),
  "gini": lambda p: 1 - (p.mean(0) ** 2).sum(-1),
  "variance": lambda p: p.var(0).mean(-1),
  "mean_std": lambda p: p.std(0).mean(-1),
  "dbal": lambda p: entropy(p.mean(0)),
  "bald": lambda p: entropy(p.mean(0)) - entropy(p).mean(0),
  "variation_ratio": variation_ratio,
  "vote_entropy": lambda p: entropy(votes(p)),
  "pairwise_kl": pairwise_kl,
}


def by_shares(score):
  """The choice by (shares of predicted classes, mean entropy) of each item."""

  def choose(prediction, candidates, k):
    probs = np.asarray(prediction.probs, np.float64).mean(0)
    values = []
    for p, mask in zip(probs, np.asarray(prediction.mask), strict=True):
      real = p[mask]
      shares = np.bincount(real.argmax(-1), minlength=p.shape[-1])
      uncertainty = entropy(real).mean() if len(real) else 0.0
      values.append(score(shares / max(len(real), 1), uncertainty))
    return highest(np.round(values, 10), candidates, k)

  return choose


CHOICES = {
  "inconsistency": by_shares(lambda s, u: 1 - s.max() if s.any() else 0.0),
  "ripu": by_shares(lambda s, u: scipy.special.entr(s).sum() * u),
  **{name: top_scores(score) for name, score in MAPS.items()},
  "mask_disagreement": by_masks(mask_disagreement),
  "mc_iou": by_masks(mc_iou),
  "vacuity": by_evidence(vacuity),
  "dissonance": by_evidence(dissonance),
  "evidential_total": by_evidence(evidential_total),
  "evidential_aleatoric": by_evidence(evidential_aleatoric),
  "evidential_epistemic": by_evidence(evidential_epistemic),
  "evidential_entropy": by_evidence(evidential_entropy),
  "beta_entropy": by_evidence(beta_entropy),
}
