"""One head phantom with lesions of known shape, as a pure function of keys."""

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
# Smooth random functions: (name, wavelength, how many).
_FIELDS = (
  ("rim", 12.0, 1),
  ("fold", 6.0, 1),
  ("plexus", 5.0, 1),
  ("dura", 16.0, 1),
  ("bend", 8.0, 3),
  ("warp", 5.0, _PLACES),
  ("core", 4.0, _PLACES),
  ("grain", 3.0, _PLACES),
)


class Look(NamedTuple):
  """How cases are drawn: shares of the cases, and intensities."""

  rare: float  # share with a spiculated lesion
  empty: float  # share without any lesion
  hard: float  # share with small faint lesions and more noise
  size: float  # of lesions; 1: radii of a tenth to a fifth of the short side
  contrast: float  # of lesions, vessels, plexus and meninges above the tissue
  noise: float  # standard deviation; the tissue has 0.65
  bias: float  # standard deviation of the logarithm of the coil's gain


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
  k_case, k_fields, k_tissue, k_lesions = jax.random.split(k_head, 4)
  grid = _make_grid(shape)
  fields = _named_fields(k_fields, grid)
  share, difficulty = jax.random.uniform(k_case, (2,))
  hard = difficulty < look.hard
  bright = _WHITE + look.contrast * jnp.where(hard, 0.65, 1.0)
  tissue, inside = _head(k_tissue, grid, fields, bright)
  lesions = _lesions(k_lesions, grid.reach, share, hard, look)
  image, label = _add_lesions(grid, fields, tissue, lesions, bright)
  image = _scan(k_scan, grid, image, look, jnp.where(hard, 1.7, 1.0))
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


def _smooth(key, grid, wavelengths, waves=8):
  """[F, V] smooth random functions of mean 0 and variance 1.

  Sums of cosines of random direction and phase. exp(i k.x) is a product over
  axes, so the sum over waves is one small matrix product per function.
  """
  k_wave, k_phase = jax.random.split(key)
  shape = (len(wavelengths), waves)
  wave = jax.random.normal(k_wave, (*shape, len(grid.axes)))
  wave = 4.0 * wave / jnp.asarray(wavelengths)[:, None, None]
  phase = jax.random.uniform(k_phase, (*shape, 1), maxval=2 * jnp.pi)
  angles = [wave[..., i, None] * x[None, None] for i, x in enumerate(grid.axes)]
  product = jnp.exp(1j * (angles[0] + phase))
  for angle in angles[1:-1]:
    product = product[..., None] * jnp.exp(1j * angle)[..., None, :]
    product = product.reshape(*shape, -1)
  last = jnp.exp(1j * angles[-1])
  total = jnp.einsum("fwp,fwz->fpz", product, last, precision="highest").real
  return jnp.sqrt(2.0 / waves) * total.reshape(len(wavelengths), -1)


def _named_fields(key, grid):
  """{name: [count, V]} of `_FIELDS`."""
  wavelengths = [length for _, length, count in _FIELDS for _ in range(count)]
  fields = _smooth(key, grid, wavelengths)
  ends = np.cumsum([count for _, _, count in _FIELDS])
  parts = jnp.split(fields, ends[:-1])
  return {name: x for (name, _, _), x in zip(_FIELDS, parts, strict=True)}


def _paint(image, distance, value, voxel, show=True):
  """Fills a shape; a voxel on its surface gets its share of the value."""
  cover = jnp.where(show, jnp.clip(0.5 - distance / voxel, 0.0, 1.0), 0.0)
  return image + cover * (value - image)


def _ellipsoid(points, centre, radii):
  """[V] approximate signed distance."""
  scaled = (points - centre[None]) / radii[None]
  return (jnp.linalg.norm(scaled, axis=-1) - 1.0) * radii.min()


def _head(key, grid, fields, bright):
  """[V] intensities without lesions, [V] share of the voxel in the head."""
  k_size, k_dark, k_vessels = jax.random.split(key, 3)
  size = jax.random.uniform(k_size, grid.reach.shape, minval=0.84, maxval=0.96)
  edge = _ellipsoid(grid.points, jnp.zeros_like(size), size * grid.reach)
  edge = edge + 0.4 * fields["rim"][0]
  white = edge + 2.2 + 0.8 * fields["fold"][0]
  image = _paint(jnp.full_like(edge, 0.48), white, _WHITE, grid.voxel)
  image = _ventricles(k_dark, grid, fields["plexus"][0], image, bright)
  dura = jnp.abs(edge + 0.6) - 0.9 * fields["dura"][0]
  image = _paint(image, dura, bright, grid.voxel)
  vessels = _vessels(k_vessels, grid, fields["bend"])
  image = _paint(image, vessels, bright, grid.voxel)
  return image, _paint(jnp.zeros_like(edge), edge, 1.0, grid.voxel)


def _ventricles(key, grid, wobble, image, bright):
  """Two dark ellipsoids, each with its bright plexus."""
  place, size = jax.random.uniform(key, (2,))
  across = jnp.zeros_like(grid.reach).at[0].set(2.2 + place)
  radii = (0.7 + 0.5 * size) * (grid.reach / 3.2).at[0].set(1.7)
  for side in (-1.0, 1.0):
    dark = _ellipsoid(grid.points, side * across, radii)
    image = _paint(image, dark + 0.4 * wobble, 0.22, grid.voxel)
    plexus = _ellipsoid(grid.points, side * across, 0.6 * radii + 0.2)
    image = _paint(image, plexus + 0.4 * wobble, bright, grid.voxel)
  return image


def _vessels(key, grid, bend):
  """[V] signed distance to the nearest of a few bent tubes."""
  k_from, k_way = jax.random.split(key)
  shape = (_VESSELS, grid.reach.size)
  starts = jax.random.uniform(k_from, shape, minval=-0.7, maxval=0.7)
  ways = _unit(jax.random.normal(k_way, shape))
  bent = grid.points + 1.2 * bend[: grid.reach.size].T
  offset = bent[None] - (starts * grid.reach[None])[:, None]
  along = (offset * ways[:, None]).sum(-1, keepdims=True)
  across = jnp.linalg.norm(offset - along * ways[:, None], axis=-1)
  return across.min(0) - 0.8


def _unit(vectors):
  return vectors / jnp.linalg.norm(vectors, axis=-1, keepdims=True)


def _lesions(key, reach, share, hard, look):
  """Which lesions a case has, how large, and where, apart from each other."""
  k_count, k_kind, k_radius, k_centre, k_spikes = jax.random.split(key, 5)
  place = jnp.arange(_PLACES)
  has_rare = share < look.rare
  count = jax.random.randint(k_count, (), 1, _COMMON + 1) - has_rare
  present = jnp.where(place < _COMMON, place < count, has_rare)
  present = present & (share <= 1.0 - look.empty)
  ring = jax.random.bernoulli(k_kind, 0.4, (_PLACES,))
  kind = jnp.where(place < _COMMON, jnp.where(ring, RING, BLOB), SPICULATED)
  radius = jax.random.uniform(k_radius, (_PLACES,), minval=2.4, maxval=4.2)
  radius = look.size * jnp.where(kind == RING, radius + 0.5, radius)
  radius = radius * jnp.where(hard, 0.7, 1.0)
  centre = _centres(k_centre, reach, radius, present)
  spikes = jax.random.normal(k_spikes, (_PLACES, _SPIKES, reach.size))
  return Lesions(present, kind, radius, centre, _unit(spikes))


def _centres(key, reach, radius, present):
  """[L, axes] the first candidate with room beside the lesions before it."""
  k_way, k_depth = jax.random.split(key)
  shape = (radius.size, _CANDIDATES)
  way = _unit(jax.random.normal(k_way, (*shape, reach.size)))
  depth = jax.random.uniform(k_depth, (*shape, 1)) ** (1 / reach.size)
  candidates = 0.68 * depth * way * reach[None, None]
  chosen = candidates[:, 0]
  for place in range(1, radius.size):
    offset = candidates[place][:, None] - chosen[None, :place]
    gap = jnp.linalg.norm(offset, axis=-1) - radius[None, :place]
    gap = jnp.where(present[None, :place], gap - radius[place], jnp.inf).min(-1)
    # Without room, the candidate with the most of it.
    best = jnp.argmax(jnp.minimum(gap, 1.5))
    chosen = chosen.at[place].set(candidates[place, best])
  return chosen


def _add_lesions(grid, fields, image, lesions, bright):
  """[V] intensities with the lesions, [V] int32 class of the lesion there."""
  edges = jax.vmap(_lesion_distance, (None, 0, 0))(
    grid.points, fields["warp"], lesions
  )
  cores = edges + (0.4 + 0.1 * fields["core"]) * lesions.radius[:, None]
  label = jnp.zeros(image.shape, jnp.int32)
  for place in range(_PLACES):
    edge, show = edges[place], lesions.present[place]
    kind = lesions.kind[place]
    value = bright + 0.05 * fields["grain"][place]
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


def _scan(key, grid, image, look, worse):
  """The image a scanner makes: uneven gain, then noise."""
  k_gain, k_noise = jax.random.split(key)
  gain = jnp.exp(look.bias * _smooth(k_gain, grid, [40.0])[0])
  noise = look.noise * worse * jax.random.normal(k_noise, image.shape)
  return image * gain + noise
