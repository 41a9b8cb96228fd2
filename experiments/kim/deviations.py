"""What the study does not do as Kim et al. 2024 did, or cannot know."""

from experiments.kim.presets import PRESETS, SIZES, overridden

# Settings on which the text is silent: chosen here, or taken from its code,
# whose settings are those of another project.
OPEN = {
  "blocks_down": "convolutions of a level on the way down",
  "blocks_up": "convolutions of a level on the way up",
  "widths": "but for the 512 of the deepest level",
  "group_width": "channels of a group of the norm",
  "foreground_prior": "probability of foreground before training",
  "foreground_centres": "share of patches around the lesion",
  "foreground_weight": "weights in the loss",
  "stretch": "how far patches are scaled",
  "degrees": "how far they are turned",
  "chance": "how often they are scaled, and turned",
  "cycle": "epochs of a cosine",
  "warmup": "epochs of a warm-up",
  "momentum": "of SGD",
  "dropout": "its rate",
  "drop": "whether voxels or whole channels are dropped",
  "passes": "with dropout, for a score",
  "members": "of the bootstrap",
  "dropout_evaluation": "whether the Dice of dropout arms is that of a mean",
  "unlike_aggregate": "whether unlike the nearest, or on the mean",
  "unlike_start": "the first of those least similar",
  "prediction": "the text tests in one pass, its table 1 by windows",
  "empty": "the Dice of a volume without lesion",
}

# Of the text, of its code, or of both; followed in no preset.
NOT_DONE = (
  "validation on whole images: it is on patches drawn once for each fit, "
  "unless prediction=whole",
  "whole images in one pass, cropped to what is not zero, padded to 128 voxels "
  "and a multiple of 16, then padding and crop undone: prediction=whole, which "
  "preset code has at size paper, takes the volume as it is, padded by its "
  "edge; volumes of several extents are refused there: padding would reach the "
  "norm; elsewhere windows by default",
  "windows of the code: trimmed by 3 voxels, half a patch of zeros around the "
  "image, those without tissue skipped: here Gaussian weights, no trimming, "
  "no window skipped",
  "logits clipped to -50 and 50 before the sigmoid",
  "features for similarity from one pass over the image: the mean over windows "
  "here, unless prediction=whole",
  "the code's logit_pyramid: logits of lower levels added to those of the head",
  "the code's ramp: augmentation that grows over 25 epochs",
  "the code's flips with probability 0.3 an axis: 0.5 here",
  "the code's gamma, shear and shifts, which the text does not have",
  "mixed precision: float32 here",
  "the code's options that the paper reports nothing of: entropy as the score, "
  "features scaled in each dimension, a first set by radiomics, second stages "
  "that change from round to round; scores of a region in place of the volume",
  "15 starts beside the experiments, to see how far they differ: "
  "--arms=random --set=seeds=15 --set=rounds=0 does that here",
  "preparing the images: RAI, 1 mm, registered, skull-stripped, N4: --data is "
  "taken as it is, each channel clipped at its 0.5 and 99.5 percentile and "
  "standardised",
  "the patients themselves: the data of the paper is not public",
)


def size_over_preset() -> list[str]:
  """Where a size decides what a preset says otherwise, a line each."""
  lines = []
  for preset in PRESETS:
    for size in SIZES:
      names = overridden(preset, size)
      if names:
        lines.append(f"{size} over {preset}: {', '.join(names)}")
  return lines


def explain() -> str:
  """All of it, for --help."""
  lines = ["Open in the text:"]
  lines += [f"{name}: {text}." for name, text in OPEN.items()]
  lines.append("Followed in no preset:")
  lines += [f"{text}." for text in NOT_DONE]
  lines.append("Where a size and a preset differ, the size decides:")
  lines += [f"{line}." for line in size_over_preset()]
  return "\n".join(lines)
