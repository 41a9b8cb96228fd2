// One reader, one tab: two would undo each other's work.

const WAIT_MS = 250; // for an answer
const TRIES = 3; // in that time: a page that is reloaded lets go a little late

const waited = (ms) => new Promise((done) => setTimeout(done, ms));

/** By a lock of the browser; `taken` runs when another tab takes it over. */
export class LockedTab {
  constructor(reader, taken) {
    this.name = `alx ${reader}`;
    this.taken = taken;
    this.owns = false;
  }

  /** Whether no other tab is at work; this one then is. */
  async enter() {
    for (let n = 0; n < TRIES && !this.owns; n++) {
      if (n) await waited(WAIT_MS / (TRIES - 1));
      await this.#lock({ ifAvailable: true });
    }
    return this.owns;
  }

  /** Sends the others away. */
  take() {
    return this.#lock({ steal: true });
  }

  /** Says and hears nothing more. */
  close() {
    this.owns = false;
    this.free?.();
  }

  // Resolves when it is known who has the lock; this tab has it until `close`,
  // or until another one takes it.
  #lock(options) {
    return new Promise((resolve, reject) => {
      const held = (lock) => {
        this.owns = Boolean(lock);
        resolve();
        return lock && new Promise((free) => { this.free = free; });
      };
      navigator.locks.request(this.name, options, held).catch((error) => {
        reject(error); // of one that never was known
        this.#lost();
      });
    });
  }

  #lost() {
    if (!this.owns) return;
    this.owns = false;
    this.taken();
  }
}

/**
 * By words between the tabs, as browsers without a lock for this page need it:
 * of tabs that open together, the one with the lowest lot goes on.
 */
export class SpokenTab {
  constructor(reader, taken) {
    this.channel = new BroadcastChannel(`alx ${reader}`);
    this.channel.onmessage = ({ data }) => this.#hear(data);
    this.lot = Math.random();
    this.taken = taken;
    this.owns = this.asks = this.others = false;
  }

  async enter() {
    this.asks = true;
    this.#say("who");
    await waited(WAIT_MS);
    this.asks = false;
    this.owns = !this.others;
    return this.owns;
  }

  close() {
    this.owns = this.asks = false;
    this.channel.close();
  }

  async take() {
    this.lot = -Date.now(); // before all lots, and those who took it earlier
    this.owns = true;
    this.#say("mine");
  }

  #say(word) {
    this.channel.postMessage({ word, lot: this.lot });
  }

  // One at work answers all; of those that ask, the first answers the rest.
  // Two at work were too busy to hear each other: the first goes on.
  #hear({ word, lot }) {
    const isFirst = this.lot < lot;
    if (this.owns) {
      if (word === "who" || (word === "here" && isFirst)) this.#say("here");
      else this.#lost();
    } else if (word !== "who" || !isFirst) this.others = true;
    else if (this.asks) this.#say("who");
  }

  #lost() {
    if (!this.owns) return;
    this.owns = false;
    this.taken();
  }
}

/** Locks are only where a page is secure: on https, and on this computer. */
export const Tab = navigator.locks ? LockedTab : SpokenTab;
