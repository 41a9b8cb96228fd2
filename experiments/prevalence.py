"""A data set whose pool shows one class as rarely as a clinic would.

  python -m experiments.prevalence --data=pneumoniamnist.npz --rare=1 \
    --share=0.05 --out=pneumonia_5_percent.npz

Of the class `rare` a random part is taken away from the items to train and
validate on, so that it is `share` of them; test items stay as they are, all of
them. Everything else of the .npz is copied in its order.
"""

import pathlib
from collections.abc import Mapping

import numpy as np
from absl import app, flags

_PARTS = "train", "val"


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_string("data", None, "An .npz in the manner of MedMNIST.")
  flags.DEFINE_integer("rare", 1, "The class that becomes rare.")
  flags.DEFINE_float("share", 0.05, "Of the items that it will be.", 0.0, 1.0)
  flags.DEFINE_integer("seed", 0, "Which of its items stay.", lower_bound=0)
  flags.DEFINE_string("out", None, "The .npz to write; none may be there.")
  flags.mark_flags_as_required(["data", "out"])


def main(argv: list[str]) -> None:
  """Writes the thinned data, says what is in them."""
  del argv
  given = flags.FLAGS
  out = pathlib.Path(given.out)
  if out.exists():
    raise app.UsageError(f"--out: {out} is there already; name another file")
  with np.load(given.data, allow_pickle=False) as file:
    arrays = thin(dict(file), given.rare, given.share, given.seed)
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
