# %% [markdown]
# # Your own data: arrays, pictures, NIfTI
#
# Three small data sets are written in the layouts that people have (an `.npz`,
# a folder of pictures, a folder of NIfTI volumes), read back, and told apart by
# their content. Then one of them is learned from, and you get the list of items
# that a reader should label next.

# %% cellView="form"
# @title Install
import os

try:
  import alx
except ImportError:
  # %pip install -q alx-imaging
  import alx

SMOKE = "ALX_SMOKE" in os.environ  # set by tests: as small as can be
print("alx", alx.__version__)

# %% [markdown]
# ## Where your data are
#
# Leave `path` empty to use the pictures made below. On Colab tick `use_drive`
# and give a path such as `/content/drive/MyDrive/my_study`. Nothing in your
# folder is changed or written.

# %% cellView="form"
# @title Your path
use_drive = False  # @param {type:"boolean"}
path = ""  # @param {type:"string"}
workdir = "runs/own_data"  # @param {type:"string"}

if use_drive:
  from google.colab import drive

  drive.mount("/content/drive")

# %% [markdown]
# ## 1. An `.npz` with images and labels
#
# `images` is `[N, height, width]`, or with channels as the last axis. One label
# per image is a classification, a map per image a segmentation. `patient` keeps
# the images of a patient on one side of the split: leave it out only if you do
# not know.

# %%
import pathlib
import tempfile

import numpy as np

made = pathlib.Path(tempfile.mkdtemp())
rng = np.random.default_rng(0)
count = 24 if SMOKE else 160
labels = rng.integers(0, 2, count)
rows, columns = np.mgrid[:24, :24] - 11.5
rings = []
for label in labels:
  radius = np.hypot(rows - rng.normal(0, 2), columns - rng.normal(0, 2))
  inside = (radius < 7) & (radius > 3 * label)  # class 1 has a hole
  rings.append(0.4 * inside + rng.normal(0, 0.45, inside.shape))
images = np.clip(np.array(rings) / 2 + 0.5, 0, 1).astype(np.float32)
patients = np.array([f"patient{i // 2:03d}" for i in range(count)])

np.savez(made / "rings.npz", images=images, labels=labels, patient=patients)

# %%
from alx import data


def tell(dataset):
  extents = {"x".join(map(str, x.shape[:-1])) for x in dataset.images}
  print(f"{dataset.name}: {dataset.task}, {len(dataset.ids)} items")
  print(f"  classes {dataset.class_names}, extents {', '.join(extents)}")
  print(f"  first id {dataset.ids[0]}, patients known: {bool(dataset.groups)}")
  for line in (*dataset.left_out, *dataset.notes):
    print("  note:", line)


tell(data.load(made / "rings.npz"))

# %% [markdown]
# ## 2. A folder of pictures, one folder per class
#
# `FOLDER/CLASS/*.png` (or jpg, tif, bmp). Folders of pictures with masks, and
# tables that name the pictures, are read too: docs/your_data.md has the list.

# %%
from PIL import Image

for number, (image, label) in enumerate(zip(images, labels, strict=True)):
  folder = made / "pictures" / ("hole" if label else "solid")
  folder.mkdir(parents=True, exist_ok=True)
  gray = Image.fromarray((255 * image).astype(np.uint8))
  gray.save(folder / f"{patients[number]}_{number:03d}.png")

tell(data.load(made / "pictures", group_pattern=r"(patient\d+)_.*"))

# %% [markdown]
# ## 3. NIfTI volumes
#
# As in the Medical Segmentation Decathlon and nnU-Net: `imagesTr`, `labelsTr`,
# and a `dataset.json` that names the classes.

# %%
import json

import nibabel

for folder in ("imagesTr", "labelsTr"):
  (made / "volumes" / folder).mkdir(parents=True)
for number in range(4):
  label = np.zeros((16, 16, 12), np.uint8)
  label[4 + number : 10 + number, 5:11, 3:9] = 1
  scan = 100 * label + rng.normal(0, 30, label.shape)
  for folder, array in (("imagesTr", scan), ("labelsTr", label)):
    volume = nibabel.Nifti1Image(array.astype(np.float32), np.eye(4))
    volume.to_filename(made / "volumes" / folder / f"case_{number}.nii.gz")
about = {"labels": {"background": 0, "tumour": 1}, "file_ending": ".nii.gz"}
about |= {"channel_names": {"0": "CT"}, "numTraining": 4}
(made / "volumes" / "dataset.json").write_text(json.dumps(about))

tell(data.load(made / "volumes"))

# %% [markdown]
# ## What happens to data that cannot be read
#
# One line: which file, what was wanted, what was found. Nothing is guessed.
# Here are pictures with colours first, as torch has them.

# %%
np.savez(made / "first.npz", images=np.zeros((9, 3, 24, 24)), labels=labels[:9])
try:
  data.load(made / "first.npz")
except data.DataError as error:
  print(error)

# %% [markdown]
# ## Which items next?
#
# The same call as in the quick start, with a path. A quarter of the patients is
# held out to test on. The labels in your files play the reader here: the model
# sees none that it has not asked for.

# %%
from alx import runs

mine = path or str(made / "pictures")
config = runs.Config(
  data=mine,
  group_pattern="" if path else r"(patient\d+)_.*",
  acquisition=("entropy",),
  seeds=2,
  start=4 if SMOKE else 8,
  query=4 if SMOKE else 8,
  rounds=1 if SMOKE else 4,
  steps=2 if SMOKE else 100,
  full=False,
)
result = runs.run(config, workdir)

# %% [markdown]
# ## The answer: the list for the reader
#
# `picks.csv` has the ids that were asked for, the most wanted first. Round 0 is
# the random start. For a project with people in place of stored labels, this is
# the file to hand over.

# %%
from alx import csv_table

first = result.page.parent / "runs" / "entropy-seed0"
picks = csv_table.read(first / "picks.csv")
for pick in [p for p in picks if p["round"] == "1"]:
  print(pick["rank"], pick["id"], pick["score"])

# %%
import matplotlib.pyplot as plt

shown = np.load(first / "pictures" / "round_01.npz")
figure, axes = plt.subplots(1, 4, figsize=(11, 2.8))
for axis, image, name in zip(axes, shown["images"], shown["ids"], strict=False):
  axis.imshow(image, cmap="gray")
  axis.set_title(f"asked for: {name}", fontsize=7)
for axis in axes[:3]:
  axis.axis("off")
for name, scores in result.scores.items():
  axes[3].plot(result.labels, scores.mean(0), "o-", label=name)
axes[3].set_xlabel("labels")
axes[3].set_ylabel(result.metric.upper())
axes[3].legend(fontsize=7)
plt.tight_layout()
plt.show()

# %% [markdown]
# Two seeds say nothing about which curve is better: they are here so that you
# see your data run. How to compare methods is in `07_read_a_report`; a model of
# your own, in any framework, is in `08_your_own_model`.
