"""A data set whose pool shows one class as rarely as a clinic would.

  python -m experiments.prevalence --data=pneumoniamnist.npz --rare=1 \\
    --share=0.05 --out=pneumonia_5_percent.npz
  python -m experiments.prevalence --data=digits.npz \\
    --shares=0.07,0.18,0.09,0.17,0.07,0.08,0.2,0.14 --out=uneven.npz

Of the class `rare` a random part is taken away from the items to train and
validate on, so that it is `share` of them; test items stay as they are, all of
them. With `shares` every class is thinned to its own, as little as is needed; a
class of 0 is taken out of the test items, too. Everything else of the .npz is
copied in its order.
"""

from collections.abc import Mapping

import numpy as np
from absl import app, flags

from experiments import remade

_PARTS = "train", "val"


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  remade.define_flags(
    "An .npz in the manner of MedMNIST.",
    "The .npz to write; none may be there.",
  )
  flags.DEFINE_integer("rare", 1, "The class that becomes rare.")
  flags.DEFINE_float("share", 0.05, "Of the items that it will be.", 0.0, 1.0)
  flags.DEFINE_list(
    "shares", [], "Of all classes instead, in their order; they add up to 1."
  )
  flags.DEFINE_integer("seed", 0, "Which of its items stay.", lower_bound=0)


def main(argv: list[str]) -> None:
  """Writes the thinned data, says what is in them."""
  del argv
  given = flags.FLAGS
  arrays, out = remade.read("file")
  if given.shares:
    if given["rare"].present or given["share"].present:
      raise app.UsageError("--shares: of all classes; leave --rare and --share")
    shares = [float(share) for share in given.shares]
    arrays = thin_all(arrays, shares, given.seed)
  else:
    arrays = thin(arrays, given.rare, given.share, given.seed)
  np.savez_compressed(out, **arrays)
  for part in (*_PARTS, "test"):
    if f"{part}_labels" in arrays:
      counts = np.bincount(arrays[f"{part}_labels"].ravel())
      print(f"{part}: {', '.join(map(str, counts))} items by class")


def thin(
  arrays: Mapping[str, np.ndarray], rare: int, share: float, seed: int
) -> dict[str, np.ndarray]:
  """The arrays with fewer items of one class.

  Args:
    arrays: train_images, train_labels [N, 1] or [N], and so on.
    rare: the class.
    share: of the items of each part that it will be, in [0, 1).
    seed: which of its items stay.

  Raises:
    UsageError: if it is rarer than that already, or is not there.
  """
  rng = np.random.default_rng(seed)
  thinned = dict(arrays)
  for part in _PARTS:
    if f"{part}_labels" not in arrays:
      continue
    kept = _kept(arrays[f"{part}_labels"].ravel(), rare, share, rng, part)
    for name in ("images", "labels"):
      thinned[f"{part}_{name}"] = arrays[f"{part}_{name}"][kept]
  return thinned


def thin_all(
  arrays: Mapping[str, np.ndarray], shares: list[float], seed: int
) -> dict[str, np.ndarray]:
  """The arrays with shares of classes as they are wanted.

  Args:
    arrays: as for `thin`.
    shares: of the classes 0, 1, ...; a later class is taken out, as one of 0.
    seed: which items stay.

  Raises:
    UsageError: if they do not add up to 1, or a class with one is not there.
  """
  if min(shares) < 0 or abs(sum(shares) - 1) > 0.005:
    raise app.UsageError(
      f"--shares: wanted numbers that add up to 1, found {sum(shares):g}"
    )
  rng, thinned = np.random.default_rng(seed), dict(arrays)
  for part in (*_PARTS, "test"):
    if f"{part}_labels" not in arrays:
      continue
    labels = arrays[f"{part}_labels"].ravel()
    if part == "test":
      kept = np.flatnonzero(np.isin(labels, np.flatnonzero(shares)))
    else:
      kept = _kept_of_all(labels, shares, rng, part)
    for name in ("images", "labels"):
      thinned[f"{part}_{name}"] = arrays[f"{part}_{name}"][kept]
  return thinned


def _kept_of_all(labels, shares, rng, part):
  """Rows, ascending; as many as the class that is scarcest allows."""
  counts = np.bincount(labels, minlength=len(shares))[: len(shares)]
  total = min(n / s for n, s in zip(counts, shares, strict=True) if s)
  if not total:
    missing = [c for c, s in enumerate(shares) if s and not counts[c]]
    raise app.UsageError(f"--shares: no {part} item of class {missing[0]}")
  kept = [
    rng.choice(np.flatnonzero(labels == c), round(share * total), replace=False)
    for c, share in enumerate(shares)
  ]
  return np.sort(np.concatenate(kept))


def _kept(labels, rare, share, rng, part):
  shown = labels == rare
  wanted = round(share / (1 - share) * (~shown).sum())
  if not 0 < wanted <= shown.sum():
    raise app.UsageError(
      f"--share: {share} of the {part} items of class {rare} beside "
      f"{(~shown).sum()} others are {wanted}, there are {shown.sum()}"
    )
  stay = rng.choice(np.flatnonzero(shown), wanted, replace=False)
  return np.sort(np.concatenate([np.flatnonzero(~shown), stay]))


if __name__ == "__main__":
  define_flags()
  app.run(main)
