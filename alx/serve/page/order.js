// The order of voxels: NiiVue's own (turned towards right, anterior, superior)
// against the file's, so that a label comes back on the image's own grid.

// Inverse of the affine [[4], [4], [4], [4]] of a grid, as rows of 3 x 4.
function inverse(a) {
  const [[b, c, d, x], [e, f, g, y], [h, i, j, z]] = a;
  const det = b * (f * j - g * i) - c * (e * j - g * h) + d * (e * i - f * h);
  const rows = [
    [f * j - g * i, d * i - c * j, c * g - d * f],
    [g * h - e * j, b * j - d * h, d * e - b * g],
    [e * i - f * h, c * h - b * i, b * f - c * e],
  ].map((row) => row.map((value) => value / det));
  return rows.map((r) => [...r, -(r[0] * x + r[1] * y + r[2] * z)]);
}

/**
 * How NiiVue has turned an image.
 *
 * @param {number[][]} affine voxel of the file to mm, 4 rows of 4.
 * @param {number[]} turned voxel of NiiVue to mm, 16 numbers row by row.
 * @param {number[]} dims extents in the file, 3 of them.
 * @returns {{dims, step, start}} extents as NiiVue has them; the voxel (i, j, k)
 *   of NiiVue is number start + i step[0] + j step[1] + k step[2] of the file.
 */
export function orderOf(affine, turned, dims) {
  const back = inverse(affine);
  const strides = [1, dims[0], dims[0] * dims[1]];
  const order = { dims: [0, 0, 0], step: [0, 0, 0], start: 0 };
  for (let row = 0; row < 3; row++) {
    let first = back[row][3];
    for (let axis = 0; axis < 4; axis++) {
      const sum = [0, 1, 2].reduce(
        (s, n) => s + back[row][n] * turned[4 * n + axis], 0);
      if (axis === 3) {
        first += sum;
        continue;
      }
      const whole = Math.round(sum);
      if (Math.abs(sum - whole) > 1e-3 || Math.abs(whole) > 1) {
        throw new Error("The viewer has turned this image in an unknown way.");
      }
      if (whole) {
        order.step[axis] = whole * strides[row];
        order.dims[axis] = dims[row];
      }
    }
    order.start += Math.round(first) * strides[row];
  }
  check(order, dims);
  return order;
}

// Every voxel of the file is met once.
function check({ dims, step, start }, extents) {
  const last = step.map((s, axis) => s * (dims[axis] - 1));
  const low = start + last.reduce((s, x) => s + Math.min(x, 0), 0);
  const high = start + last.reduce((s, x) => s + Math.max(x, 0), 0);
  const size = extents[0] * extents[1] * extents[2];
  const whole = dims[0] * dims[1] * dims[2] === size;
  if (!whole || low !== 0 || high !== size - 1) {
    throw new Error("The viewer has turned this image in an unknown way.");
  }
}

function walk({ dims, step, start }, visit) {
  let here = 0;
  for (let k = 0; k < dims[2]; k++) {
    for (let j = 0; j < dims[1]; j++) {
      let there = start + j * step[1] + k * step[2];
      for (let i = 0; i < dims[0]; i++, here++, there += step[0]) {
        visit(here, there);
      }
    }
  }
}

/** Voxels of the file in NiiVue's order. */
export function toViewer(order, file) {
  const turned = new Uint8Array(file.length);
  walk(order, (here, there) => { turned[here] = file[there]; });
  return turned;
}

/** Voxels of NiiVue in the file's order. */
export function toFile(order, turned) {
  const file = new Uint8Array(turned.length);
  walk(order, (here, there) => { file[there] = turned[here]; });
  return file;
}
