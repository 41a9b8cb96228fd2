// The case in hand: its drawing, what can be undone, and the time it took.

import { Clock } from "./clock.js";
import { forget, load, save } from "./keep.js";
import { toFile, toViewer } from "./order.js";
import { cleared, redo, Stroke, undo } from "./strokes.js";

/** One case from opening it to its end. */
export class Work {
  constructor(sample, reader) {
    this.sample = sample;
    this.key = [reader, sample.case, sample.round, sample.image_sha256,
      sample.draft_sha256].join(" ");
    this.changes = [];
    this.edits = 0; // only ever grows, as the log does
  }

  /** Takes up what was kept of it, if anything was. */
  async open() {
    const kept = await load(this.key).catch(() => undefined);
    this.changes = kept?.changes ?? [];
    this.clock = new Clock(kept?.log ?? []);
    return kept !== undefined;
  }

  /** The drawing in the viewer's order, out of the draft and all changes. */
  begin(order, draft) {
    this.order = order;
    const [x, y, z] = order.dims;
    this.bits = draft ? toViewer(order, draft) : new Uint8Array(x * y * z);
    for (const change of this.changes) redo(this.bits, change);
    return this.bits;
  }

  get isChanged() {
    return this.changes.length > 0;
  }

  get isEmpty() {
    return !this.bits.some((value) => value > 0);
  }

  get isRejected() {
    return this.changes.some((change) => change.reject);
  }

  stroke(plane, value, radius) {
    return new Stroke(this.bits, this.order.dims, plane, value, radius);
  }

  /** Adds a stroke that is done, and keeps it. */
  add(stroke) {
    return this.#added(stroke.done());
  }

  reject() {
    return this.#added(cleared(this.bits));
  }

  #added(change) {
    if (!change.at.length && !change.reject) return Promise.resolve();
    this.changes.push(change);
    this.edits++;
    this.clock.drawn();
    return this.keep();
  }

  /** Takes the last change back; false: there is none. */
  async undo() {
    const change = this.changes.pop();
    if (!change) return false;
    undo(this.bits, change);
    this.edits++;
    this.clock.drawn();
    await this.keep();
    return true;
  }

  /** Writes down what is new; one after the other, the last state wins. */
  keep() {
    const write = async () => {
      const { changes, clock: { log } } = this;
      const now = `${this.edits} ${log.length}`;
      if (now === this.kept) return;
      await save(this.key, { changes, log });
      this.kept = now;
    };
    this.writing = (this.writing ?? Promise.resolve()).then(write, write);
    return this.writing;
  }

  /** It is sent: nothing of it stays in this browser. */
  async forget() {
    await this.writing?.catch(() => {});
    this.kept = null;
    return forget(this.key);
  }

  /** The label as it is sent: the order of the file. */
  label() {
    return toFile(this.order, this.bits);
  }
}
