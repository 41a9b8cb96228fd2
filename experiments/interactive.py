"""Dice against clicks: an interactive model on slices of volumes, or pictures.

  python -m experiments.interactive --data=Task04_Hippocampus
  python -m experiments.interactive --data=DIR --set=coarsen=2 --steps=400

Trains a model that sees the image and what was clicked, on the items of the
pool with clicks on its own mistakes; then a simulated user corrects it on test
items, of volumes on the slice that shows most, until nothing is wrong or the
clicks are used up. Where to click is the user's choice, by the largest mistake,
or, after a first click, the model's, by its uncertainty.

The foreground is every class but background. Two minutes on 2 CPU cores.
"""

import dataclasses

import jax
import numpy as np
from absl import app, flags

from alx.commands import command
from alx.data.patches import stack_images, stack_labels
from alx.interactive import (
  Clicking,
  annotate,
  clicks_needed,
  fit,
  make_predict,
  most_uncertain,
  summarise,
)
from alx.keys import check_seed
from alx.label_maps import UNLABELLED
from alx.runs import compare
from alx.runs.problem import problem, reading
from alx.runs.settings.config import Config, absolute, override

TARGETS = 0.8, 0.85, 0.9
SHOWN = 0, 1, 2, 3, 5, 10, 20
FEWEST = 4  # items to train on


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_string("data", "phantom", "Folder of volumes or pictures.")
  flags.DEFINE_integer("items", 100, "Of the pool that are trained on.", FEWEST)
  flags.DEFINE_integer("tested", 40, "Test items.", 1)
  flags.DEFINE_integer("clicks", 20, "Of a session.", 1)
  flags.DEFINE_integer("steps", 300, "Of the optimiser.", 1)
  flags.DEFINE_integer("seed", 0, "Of weights, batches and clicks.")
  flags.DEFINE_multi_string("set", [], "field=value about the data.")


def main(argv: list[str]) -> None:
  """Prints both tables; for the exit codes see `alx.commands.command`."""
  del argv
  given = flags.FLAGS
  with command.session() as console, command.wrong_input(ValueError):
    seed = check_seed("seed", given.seed)
    told = {"data": "data"} if given["data"].present else {}
    start = Config(data=given.data)
    config = absolute(override(start, given.set, told))
    dataset = reading.load_dataset(config, compare.loading(console))
    if dataset.task != "segmentation":
      raise ValueError(f"{dataset.name}: wanted masks, found classes of images")
    split = problem.split_of(
      dataclasses.replace(config, acquisition=()), dataset
    )
    settings = Clicking(steps=given.steps)
    parts = split.pool[: given.items], split.test[: given.tested]
    train, test = (slices_of(dataset, part, settings) for part in parts)
    key = jax.random.key(seed)
    console.print(
      f"trained on {len(train[0])}, tested on {len(test[0])} slices"
    )
    params, _ = fit(key, *train, settings)
    courses = courses_of(params, settings, *test, most=given.clicks)
    for line in table(courses, given.clicks):
      console.print(line, markup=False, soft_wrap=True, highlight=False)


def slices_of(
  dataset, items, settings: Clicking
) -> tuple[np.ndarray, np.ndarray]:
  """(images [n, h, w, channels] float32, truths [n, h, w] uint8) of some items.

  Of a volume the slice across its last axis with most foreground; items
  without any are left out.

  Raises:
    ValueError: if fewer are left than can be trained on.
  """
  images, labels = [], []
  for item in items:
    image, label = dataset.images[item], dataset.labels[item]
    shown = (label > 0) & (label != UNLABELLED)
    if not shown.any():
      continue
    if label.ndim == 3:
      at = int(shown.sum((0, 1)).argmax())
      image, label = image[:, :, at], label[:, :, at]
    images.append(np.asarray(image, np.float32))
    label = np.where(label == UNLABELLED, label, label > 0)
    labels.append(label.astype(np.uint8))
  if not images:
    raise ValueError(
      f"{dataset.name}: wanted foreground in an item, found none"
    )
  multiple = 2 ** (len(settings.widths) - 1)
  most = np.max([x.shape[:2] for x in images], 0)
  extent = tuple(int(-(-n // multiple) * multiple) for n in most)
  return stack_images(images, extent).values, stack_labels(labels, extent)


def courses_of(params, settings, images, truths, most: int) -> dict:
  """{who chooses: courses of all items}."""
  of_image = make_predict(params, settings)
  ways = {"the user": None, "the model's uncertainty": most_uncertain}
  return {
    name: [
      annotate(
        of_image(image), truth == 1, most=most, draft=True, suggest=suggest
      )
      for image, truth in zip(images, truths, strict=True)
    ]
    for name, suggest in ways.items()
  }


def table(courses: dict, most: int) -> list[str]:
  """Lines in Markdown: Dice after so many clicks, and clicks to a Dice."""
  shown = [n for n in SHOWN if n <= most]
  head = [*(f"{n} clicks" for n in shown), *(f"to {t:g}" for t in TARGETS)]
  lines = [
    f"| who chooses | {' | '.join(head)} |",
    "| --- " * (len(head) + 1) + "|",
  ]
  for name, some in courses.items():
    dice = [f"{value:.3f}" for value in summarise(some)[shown]]
    for target in TARGETS:
      found = clicks_needed(some, target)
      dice.append(f"{found.mean:.1f} ({found.reached:.0%})")
    lines.append(f"| {name} | {' | '.join(dice)} |")
  lines.append(
    f"clicks to a Dice: {most} where it is not reached (share that is)"
  )
  return lines


if __name__ == "__main__":
  define_flags()
  app.run(main)
