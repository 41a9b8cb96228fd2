// The hand that draws: one stroke, from where the mouse goes down to where it
// is let go.

export class Hand {
  /** `drawn(stroke)` hears of each stroke that is done. */
  constructor(drawn) {
    this.drawn = drawn;
    this.stroke = null;
    this.isHeld = false;
    this.isStill = false;
  }

  /** The mouse goes down: what it meets until it is let go may be painted. */
  press(draws) {
    this.release();
    this.isHeld = draws && !this.isStill;
  }

  /** Whether it paints to a voxel; `begun()` makes a stroke where none is. */
  to(voxel, plane, begun) {
    if (!this.isHeld) return false;
    this.stroke ??= begun();
    if (this.stroke.plane !== plane) return false;
    this.stroke.to(voxel);
    return true;
  }

  /** The stroke is done, whether or not the mouse is still down. */
  release() {
    const { stroke } = this;
    this.drop();
    if (stroke) this.drawn(stroke);
  }

  /** The stroke is of an image that is gone. */
  drop() {
    this.isHeld = false;
    this.stroke = null;
  }

  /** The stroke is done before `act`, and no other one begins until it ends. */
  async still(act) {
    this.release();
    this.isStill = true;
    try {
      return await act();
    } finally {
      this.isStill = false;
    }
  }
}
