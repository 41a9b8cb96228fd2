import numpy as np

from alx.units.slic import superpixels
from alx.units.superpixel_scores import merged, region_probs, sieve

# A picture of three bands, and what a model says of it: two are alike.
bands = np.repeat([0.0, 0.5, 1.0], 10)
image = np.repeat(bands[None], 24, 0)[..., None].astype(np.float32)
first = np.where(bands == 1.0, 0.1, 0.9)
probs = np.repeat(np.stack([first, 1 - first], -1)[None], 24, 0)

regions = superpixels(image, 12)
mean = region_probs(probs, regions, regions.max() + 1)
uncertainty = -(mean * np.log(mean)).sum(-1)
number = merged(mean, regions, uncertainty, most_apart=0.1)
larger = number[regions]  # [24, 30], numbers of the merged superpixels

# One class was told for each; what is not likely to have it is left out.
count = number.max() + 1
told = [int(mean[number == n].mean(0).argmax()) for n in range(count)]
kept = sieve(probs, larger, told)
