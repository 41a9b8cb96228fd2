"""One head phantom with lesions of known shape, as a pure function of keys."""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

CLASS_NAMES = ("background", "blob", "ring", "spiculated")
BLOB, RING, SPICULATED = 1, 2, 3

# Lengths are in units of which the shortest side of a volume has 24.
_EXTENT = 24.0
_WHITE = 0.65  # intensity of the tissue that lesions grow in
_COMMON, _PLACES = 3, 4  # the last place is for the rare kind
_CANDIDATES = 12  # positions tried for each lesion
_SPIKES = 9
_VESSELS = 3
_WAVES = 8
# Smooth random functions: name -> (wavelength, how many).
_HEAD_FIELDS = {
  "rim": (12.0, 1),
  "fold": (6.0, 1),
  "plexus": (5.0, 1),
  "dura": (16.0, 1),
  "bend": (8.0, 3),
  "warp": (5.0, _PLACES),
  "core": (4.0, _PLACES),
  "grain": (3.0, _PLACES),
}
_SCAN_FIELDS = {"gain": (40.0, 1)}


class Look(NamedTuple):
  """How cases are drawn: shares of the cases, and intensities."""

  rare: float  # share with a spiculated lesion
  empty: float  # share without any lesion
  hard: float  # share with small faint lesions and more noise
  size: float  # of lesions; 1: radii of a tenth to a fifth of the short side
  contrast: float  # of lesions, vessels, plexus and meninges above the tissue
  noise: float  # standard deviation; the tissue has 0.65
  bias: float  # standard deviation of the logarithm of the coil's gain
  mimics: float = 1.0  # share of that contrast in what is not a lesion
  most: float = 3.0  # lesions of a case
  tone: float = 1.0  # share of that contrast in rare lesions; below 0: dark


class Grid(NamedTuple):
  """Where the V voxels of a volume are."""

  axes: tuple[jax.Array, ...]  # [extent] float32 of each axis
  points: jax.Array  # [V, axes] float32
  reach: jax.Array  # [axes] float32, half the sides
  voxel: float  # side of a voxel


class Lesions(NamedTuple):
  """The L places of one case."""

  present: jax.Array  # [L] bool
  kind: jax.Array  # [L] int32 class, 1 to 3
  radius: jax.Array  # [L] float32
  centre: jax.Array  # [L, axes] float32
  spikes: jax.Array  # [L, spikes, axes] float32 unit vectors


def render_volume(
  k_head: jax.Array, k_scan: jax.Array, shape: tuple[int, ...], look: Look
) -> tuple[jax.Array, jax.Array]:
  """One case: anatomy and lesions from `k_head`, gain and noise from `k_scan`.

  Returns:
    image [*shape] float32, 0 outside the head; label [*shape] uint8.
  """
  grid = _make_grid(shape)
  draw, fields = _draw(k_head, k_scan, grid)
  hard = draw["hard"] < look.hard
  contrast = look.contrast * jnp.where(hard, 0.65, 1.0)
  bright = _WHITE + contrast
  tissue, inside = _head(draw, grid, fields, _WHITE + look.mimics * contrast)
  lesions = _lesions(draw, grid.reach, hard, look)
  rare_bright = _WHITE + look.tone * contrast
  brights = jnp.where(lesions.kind == SPICULATED, rare_bright, bright)
  image, label = _add_lesions(grid, fields, tissue, lesions, brights)
  image = image * jnp.exp(look.bias * fields["gain"][0])
  image = image + look.noise * jnp.where(hard, 1.7, 1.0) * draw["noise"]
  label = jnp.where(inside > 0.5, label, 0).astype(jnp.uint8)
  return (image * inside).reshape(shape), label.reshape(shape)


def _make_grid(shape):
  voxel = _EXTENT / min(shape)
  axes = [voxel * (np.arange(n, dtype=np.float32) - (n - 1) / 2) for n in shape]
  points = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
  points = points.reshape(-1, len(shape)).astype(np.float32)
  reach = np.asarray(shape, np.float32) * np.float32(voxel / 2)
  axes = tuple(jnp.asarray(x, jnp.float32) for x in axes)
  return Grid(axes, jnp.asarray(points), jnp.asarray(reach), voxel)


def _draw(k_head, k_scan, grid):
  """{name: random numbers}, {name: [count, V] smooth random functions}.

  Three draws that are cut up: many small ones compile many times as long.
  """
  k_uniform, k_normal = jax.random.split(k_head)
  axes = grid.reach.size
  uniform = {
    **{"share": (), "hard": (), "count": ()},
    **{"size": (axes,), "ventricles": (2,), "vessels": (_VESSELS, axes)},
    **{"ring": (_PLACES,), "radius": (_PLACES,)},
    "depth": (_PLACES, _CANDIDATES, 1),
  }
  normal = {
    "waves": (_count(_HEAD_FIELDS), _WAVES, axes + 1),
    "vessel_ways": (_VESSELS, axes),
    "ways": (_PLACES, _CANDIDATES, axes),
    "spikes": (_PLACES, _SPIKES, axes),
  }
  scan = {
    "gain": (_count(_SCAN_FIELDS), _WAVES, axes + 1),
    "noise": (len(grid.points),),
  }
  draw = _cut(jax.random.uniform, k_uniform, uniform)
  draw |= _cut(jax.random.normal, k_normal, normal)
  draw |= _cut(jax.random.normal, k_scan, scan)
  waves = jnp.concatenate([draw.pop("waves"), draw.pop("gain")])
  return draw, _smooth(waves, grid, _HEAD_FIELDS | _SCAN_FIELDS)


def _count(fields):
  return sum(count for _, count in fields.values())


def _cut(sample, key, shapes):
  """One draw, cut into arrays of those shapes."""
  sizes = [math.prod(shape) for shape in shapes.values()]
  numbers = sample(key, (sum(sizes),))
  parts = jnp.split(numbers, np.cumsum(sizes)[:-1])
  return {
    name: part.reshape(shape)
    for (name, shape), part in zip(shapes.items(), parts, strict=True)
  }


def _smooth(waves, grid, fields):
  """{name: [count, V]} smooth functions of mean 0 and variance 1.

  Sums of cosines. exp(i k.x) is a product over axes, so a sum over waves is a
  small matrix product.

  Args:
    waves: [functions, waves, axes + 1] normal: directions, then phase in turns.
    grid: where.
    fields: name -> (wavelength, count), in the order of the functions.
  """
  lengths = [length for length, count in fields.values() for _ in range(count)]
  wave = 4.0 * waves[..., :-1] / jnp.asarray(lengths)[:, None, None]
  phase = 2 * jnp.pi * waves[..., -1:]
  angles = [wave[..., i, None] * x[None, None] for i, x in enumerate(grid.axes)]
  product = jnp.exp(1j * (angles[0] + phase))
  for angle in angles[1:-1]:
    product = product[..., None] * jnp.exp(1j * angle)[..., None, :]
    product = product.reshape(*phase.shape[:2], -1)
  last = jnp.exp(1j * angles[-1])
  total = jnp.einsum("fwp,fwz->fpz", product, last, precision="highest").real
  total = jnp.sqrt(2.0 / _WAVES) * total.reshape(len(lengths), -1)
  ends = np.cumsum([count for _, count in fields.values()])
  return dict(zip(fields, jnp.split(total, ends[:-1]), strict=True))


def _paint(image, distance, value, voxel, show=True):
  """Fills a shape; a voxel on its surface gets its share of the value."""
  cover = jnp.where(show, jnp.clip(0.5 - distance / voxel, 0.0, 1.0), 0.0)
  return image + cover * (value - image)


def _ellipsoid(points, centre, radii):
  """[V] approximate signed distance."""
  scaled = (points - centre[None]) / radii[None]
  return (jnp.linalg.norm(scaled, axis=-1) - 1.0) * radii.min()


def _head(draw, grid, fields, bright):
  """[V] intensities without lesions, [V] share of the voxel in the head."""
  size = 0.80 + 0.12 * draw["size"]
  edge = _ellipsoid(grid.points, jnp.zeros_like(size), size * grid.reach)
  edge = edge + 0.4 * fields["rim"][0]
  white = edge + 2.2 + 0.8 * fields["fold"][0]
  image = _paint(jnp.full_like(edge, 0.48), white, _WHITE, grid.voxel)
  image = _ventricles(draw, grid, fields["plexus"][0], image, bright)
  dura = jnp.abs(edge + 0.6) - 0.9 * fields["dura"][0]
  image = _paint(image, dura, bright, grid.voxel)
  vessels = _vessels(draw, grid, fields["bend"])
  image = _paint(image, vessels, bright, grid.voxel)
  return image, _paint(jnp.zeros_like(edge), edge, 1.0, grid.voxel)


def _ventricles(draw, grid, wobble, image, bright):
  """Two dark ellipsoids, each with its bright plexus."""
  place, size = draw["ventricles"]
  across = jnp.zeros_like(grid.reach).at[0].set(2.2 + place)
  radii = (0.7 + 0.5 * size) * (grid.reach / 3.2).at[0].set(1.7)
  for side in (-1.0, 1.0):
    dark = _ellipsoid(grid.points, side * across, radii)
    image = _paint(image, dark + 0.4 * wobble, 0.22, grid.voxel)
    plexus = _ellipsoid(grid.points, side * across, 0.6 * radii + 0.2)
    image = _paint(image, plexus + 0.4 * wobble, bright, grid.voxel)
  return image


def _vessels(draw, grid, bend):
  """[V] signed distance to the nearest of a few bent tubes."""
  starts = 1.4 * (draw["vessels"] - 0.5) * grid.reach[None]
  ways = _unit(draw["vessel_ways"])
  bent = grid.points + 1.2 * bend[: grid.reach.size].T
  offset = bent[None] - starts[:, None]
  along = (offset * ways[:, None]).sum(-1, keepdims=True)
  across = jnp.linalg.norm(offset - along * ways[:, None], axis=-1)
  return across.min(0) - 0.8


def _unit(vectors):
  return vectors / jnp.linalg.norm(vectors, axis=-1, keepdims=True)


def _lesions(draw, reach, hard, look):
  """Which lesions a case has, how large, and where, apart from each other."""
  common = np.arange(_PLACES) < _COMMON
  has_rare = draw["share"] < look.rare
  count = jnp.floor(1 + look.most * draw["count"]) - has_rare
  present = jnp.where(common, np.arange(_PLACES) < count, has_rare)
  present = present & (draw["share"] <= 1.0 - look.empty)
  kind = jnp.where(draw["ring"] < 0.4, RING, BLOB)
  kind = jnp.where(common, kind, SPICULATED)
  radius = 2.4 + 1.8 * draw["radius"] + jnp.where(kind == RING, 0.5, 0.0)
  radius = look.size * jnp.where(hard, 0.7, 1.0) * radius
  centre = _centres(draw, reach, radius, present)
  return Lesions(present, kind, radius, centre, _unit(draw["spikes"]))


def _centres(draw, reach, radius, present):
  """[L, axes] the first candidate with room beside the lesions before it."""
  depth = 0.68 * draw["depth"] ** (1 / reach.size)
  candidates = depth * _unit(draw["ways"]) * reach[None, None]
  chosen = candidates[:, 0]
  for place in range(1, _PLACES):
    offset = candidates[place][:, None] - chosen[None, :place]
    gap = jnp.linalg.norm(offset, axis=-1) - radius[None, :place]
    gap = jnp.where(present[None, :place], gap - radius[place], jnp.inf).min(-1)
    # Without room, the candidate with the most of it.
    best = jnp.argmax(jnp.minimum(gap, 1.5))
    chosen = chosen.at[place].set(candidates[place, best])
  return chosen


def _add_lesions(grid, fields, image, lesions, brights):
  """[V] intensities with the lesions, [V] int32 class of the lesion there."""
  edges = jax.vmap(_lesion_distance, (None, 0, 0))(
    grid.points, fields["warp"], lesions
  )
  cores = edges + (0.4 + 0.1 * fields["core"]) * lesions.radius[:, None]
  label = jnp.zeros(image.shape, jnp.int32)
  for place in range(_PLACES):
    edge, show = edges[place], lesions.present[place]
    kind = lesions.kind[place]
    value = brights[place] + 0.05 * fields["grain"][place]
    image = _paint(image, edge, value, grid.voxel, show)
    hollow = show & (kind == RING)
    image = _paint(image, cores[place], 0.35, grid.voxel, hollow)
    label = jnp.where(show & (edge < 0), kind, label)
  return image, label


def _lesion_distance(points, warp, lesion):
  """[V] approximate signed distance to an irregular or a spiculated surface."""
  offset = points - lesion.centre[None]
  length = jnp.linalg.norm(offset, axis=-1)
  way = offset / jnp.maximum(length, 1e-3)[:, None]
  nearest = jnp.matmul(way, lesion.spikes.T, precision="highest").max(-1)
  spiky = 0.55 + 1.3 * jnp.exp(18.0 * (nearest - 1.0))
  bumpy = 1.0 + 0.16 * warp
  return length - lesion.radius * jnp.where(
    lesion.kind == SPICULATED, spiky, bumpy
  )
