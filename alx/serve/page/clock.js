// What a reader does and when, so that the server can count his seconds: the
// first stroke, every pause, and both ends of every long gap.

const NEAR_S = 60; // signs of life that are closer to the last entry are left out

/** A log of {kind, time} in seconds; it only ever grows. */
export class Clock {
  constructor(log = [], now = () => Date.now() / 1000) {
    this.log = log;
    this.now = now;
    if (log.length) this.#wake();
    else this.#add("open");
    this.touched = this.#last.time;
  }

  get #last() {
    return this.log[this.log.length - 1];
  }

  // A clock that is set back does not make time run backwards.
  #add(kind, time = this.now()) {
    const least = this.log.length ? this.#last.time : 0;
    this.log.push({ kind, time: Math.max(time, least) });
  }

  #wake() {
    if (this.#last.kind === "pause") this.#add("resume");
  }

  // A sign of life is a pause of no length.
  #mark(time) {
    this.#add("pause", time);
    this.#add("resume", time);
  }

  /** The reader moves, scrolls, types. */
  seen() {
    this.#wake();
    const now = this.now();
    if (now - this.#last.time >= NEAR_S) {
      if (this.touched > this.#last.time) this.#mark(this.touched);
      this.#mark(now);
    }
    this.touched = now;
  }

  /** A stroke, or that it was taken back; the first one is told apart. */
  drawn() {
    this.seen();
    const before = this.log.some((event) => event.kind === "first_edit");
    if (!before) this.#add("first_edit");
  }

  /** The page is hidden or closed. */
  pause() {
    if (this.#last.kind !== "pause") this.#add("pause");
  }

  /** Seconds since the last entry, as far as they count. */
  since(idle) {
    const paused = this.#last.kind === "pause";
    return paused ? 0 : Math.min(this.touched - this.#last.time, idle);
  }

  /** [[kind, seconds from the first]] with its end: submit or skip. */
  ended(kind) {
    const time = Math.max(this.now(), this.#last.time);
    const start = this.log[0].time;
    return [...this.log, { kind, time }].map(
      (event) => [event.kind, Math.round(100 * (event.time - start)) / 100]);
  }
}

/** Active seconds so far, to show; the server's own count is what is kept. */
export function activeSeconds(log, idle) {
  let [sum, paused] = [0, false];
  for (let n = 1; n < log.length; n++) {
    if (!paused) sum += Math.min(log[n].time - log[n - 1].time, idle);
    paused = log[n].kind === "pause" || (paused && log[n].kind !== "resume");
  }
  return sum;
}
