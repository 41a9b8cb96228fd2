// Brush, eraser and undo on the voxels of a drawing: plain arrays, no screen.

/** The two axes of a plane: 0 axial, 1 coronal, 2 sagittal. */
export const AXES = [[0, 1], [0, 2], [1, 2]];

/** One stroke that goes on: what it has changed so far. */
export class Stroke {
  constructor(bits, dims, plane, value, radius) {
    Object.assign(this, { bits, dims, plane, value, radius });
    this.at = [];
    this.was = [];
    this.last = null;
  }

  /** Paints to a voxel [i, j, k], in a line from the last one. */
  to(voxel) {
    const from = this.last ?? voxel;
    const steps = Math.max(1, ...voxel.map((v, n) => Math.abs(v - from[n])));
    for (let step = 0; step <= steps; step++) {
      this.stamp(voxel.map((v, n) =>
        Math.round(from[n] + ((v - from[n]) * step) / steps)));
    }
    this.last = voxel;
  }

  /** A disc in the plane; what is outside of the image is left out. */
  stamp(centre) {
    const [a, b] = AXES[this.plane];
    const reach = Math.ceil(this.radius);
    const limit = this.radius * this.radius;
    const strides = [1, this.dims[0], this.dims[0] * this.dims[1]];
    for (let v = -reach; v <= reach; v++) {
      for (let u = -reach; u <= reach; u++) {
        const voxel = [...centre];
        voxel[a] += u;
        voxel[b] += v;
        const inside = voxel.every((x, n) => x >= 0 && x < this.dims[n]);
        if (inside && u * u + v * v <= limit) {
          this.set(voxel[0] + voxel[1] * strides[1] + voxel[2] * strides[2]);
        }
      }
    }
  }

  set(index) {
    if (this.bits[index] === this.value) return;
    this.at.push(index);
    this.was.push(this.bits[index]);
    this.bits[index] = this.value;
  }

  /** {at, was, is}: what can be undone, done again, and kept. */
  done() {
    return {
      at: Uint32Array.from(this.at),
      was: Uint8Array.from(this.was),
      is: new Uint8Array(this.at.length).fill(this.value),
      reject: false,
    };
  }
}

/** Brush sizes are diameters in voxels: 1, 2, 3, ... */
export const radiusOf = (size) => (size <= 1 ? 0 : size / 2);

/** All voxels to background: the draft is rejected, to be drawn anew. */
export function cleared(bits) {
  const at = [];
  for (let n = 0; n < bits.length; n++) if (bits[n]) at.push(n);
  const where = Uint32Array.from(at);
  const change = {
    at: where,
    was: Uint8Array.from(where, (n) => bits[n]),
    is: new Uint8Array(where.length),
    reject: true,
  };
  redo(bits, change);
  return change;
}

/** Takes a change back. */
export function undo(bits, change) {
  for (let n = change.at.length - 1; n >= 0; n--) {
    bits[change.at[n]] = change.was[n];
  }
}

/** Does a change again, as after a reload. */
export function redo(bits, change) {
  for (let n = 0; n < change.at.length; n++) {
    bits[change.at[n]] = change.is[n];
  }
}

/** A labelled voxel, near the middle of the slice with most of them; or null. */
export function middleOf(bits, dims) {
  const counts = new Uint32Array(dims[2]);
  const area = dims[0] * dims[1];
  for (let n = 0; n < bits.length; n++) if (bits[n]) counts[(n / area) | 0]++;
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  if (!most) return null;
  const k = counts.indexOf(most);
  const found = [];
  for (let n = 0; n < area; n++) {
    if (bits[k * area + n]) found.push([n % dims[0], (n / dims[0]) | 0]);
  }
  const mean = [0, 1].map((a) => found.reduce((s, v) => s + v[a], 0) / most);
  const far = ([i, j]) => (i - mean[0]) ** 2 + (j - mean[1]) ** 2;
  const nearest = found.reduce((a, b) => (far(b) < far(a) ? b : a));
  return [...nearest, k];
}
