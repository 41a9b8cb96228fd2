"""The loss that compares views of images: NT-Xent."""

import jax
import jax.numpy as jnp


def nt_xent(
  first: jax.Array,
  second: jax.Array,
  groups: jax.Array,
  temperature: float = 0.5,
) -> jax.Array:
  """Contrastive loss of two views of B items, in nats: NT-Xent.

  For each of the 2 B views the cross-entropy of finding the other view of its
  item, mean over all, with cosine / temperature as logits (Chen et al. 2020,
  equation 1). A view of another item of the same group, or of the same item
  drawn twice, is no wrong answer: it is left out of the sum below. Where all
  items are of one group there is no wrong answer, and the loss is 0.

  Args:
    first: [B, P] float32, of any length.
    second: [B, P], row i is another view of item i.
    groups: [B] int32, the patient of each item, or its number.
    temperature: above 0.
  """
  views = jnp.concatenate([first, second])
  square = jnp.square(views).sum(1, keepdims=True)
  views = views * jax.lax.rsqrt(jnp.maximum(square, 1e-12))
  # float32 in full: rounded to bfloat16, near ones would be ones
  cosine = jnp.matmul(views, views.T, precision=jax.lax.Precision.HIGHEST)
  count = first.shape[0]
  place = jnp.arange(2 * count, dtype=jnp.int32)
  partner = (place + count) % (2 * count)
  group = jnp.concatenate([groups, groups])
  is_partner = place[None, :] == partner[:, None]
  counted = is_partner | (group[None, :] != group[:, None])
  logits = jnp.where(counted, cosine / temperature, -jnp.inf)
  return (jax.nn.logsumexp(logits, 1) - logits[place, partner]).mean()
