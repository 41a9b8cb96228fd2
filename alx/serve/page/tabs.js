// One reader, one tab: two would undo each other's work.

const WAIT_MS = 250;

/** Asks the other tabs; `taken` runs when another one takes over later. */
export class Tab {
  constructor(reader, taken) {
    this.channel = new BroadcastChannel(`alx ${reader}`);
    this.others = false;
    this.channel.onmessage = ({ data }) => {
      if (data === "here") this.others = true;
      if (data === "who" && this.owns) this.channel.postMessage("here");
      if (data === "mine" && this.owns) {
        this.owns = false;
        taken();
      }
    };
  }

  /** Whether no other tab is at work; this one then is. */
  async enter() {
    this.channel.postMessage("who");
    await new Promise((done) => setTimeout(done, WAIT_MS));
    this.owns = !this.others;
    return this.owns;
  }

  /** Says and hears nothing more. */
  close() {
    this.owns = false;
    this.channel.close();
  }

  /** Sends the others away. */
  take() {
    this.owns = true;
    this.channel.postMessage("mine");
  }
}
