// Everything by keyboard.

const ROWS = [
  ["A", "accept the draft"], ["S", "submit what you have drawn"],
  ["R", "reject the draft and draw anew"], ["N", "nothing to label here"],
  ["K", "skip this image, with a reason"],
  ["U", "go back to your last answer"],
  ["1 … 9", "the class that the brush draws"],
  ["B, E, L", "brush, eraser, look"], ["[ and ]", "smaller, larger brush"],
  ["Z", "undo"], ["arrows", "move the cross"],
  ["Page Up, Page Down", "next, previous slice (also the mouse wheel)"],
  ["Space", "paint or erase at the cross"],
  ["P", "the plane in which the keys move"],
  ["V", "three planes or one"], ["H", "hide or show the outline"],
  ["G", "go to what is drawn"], ["+ and −", "zoom (also Ctrl and mouse wheel)"],
  ["0", "brightness, contrast and zoom as at first"],
  ["right mouse button", "drag: brightness and contrast"],
];
const AGAIN = /^(Arrow|Page)|^[[\]+=-]$/; // while they are held
const DRAWING = /draft|drawn|nothing|class|brush|undo|paint|outline/;

/** What the help lists. */
export function keysOf({ segments }) {
  if (segments) return ROWS;
  const rows = ROWS.filter(([, text]) => !DRAWING.test(text));
  return [["0 … 9", "the class of this picture"],
    ...rows.filter(([key]) => key !== "0")];
}

/** `act(name)` runs what has a name; the stage does the rest. */
export function listen(stage, act, segments) {
  const common = {
    k: () => act("skip"), u: () => act("back"), "?": () => act("help"),
    "+": () => stage.zoom(1), "=": () => stage.zoom(1),
    "-": () => stage.zoom(-1),
    v: () => stage.nextView(), p: () => stage.nextPlane(),
    ArrowLeft: () => stage.move(-1, 0, 0),
    ArrowRight: () => stage.move(1, 0, 0),
    ArrowUp: () => stage.move(0, 1, 0),
    ArrowDown: () => stage.move(0, -1, 0),
    PageUp: () => stage.move(0, 0, 1), PageDown: () => stage.move(0, 0, -1),
  };
  const drawing = {
    a: () => act("accept"), s: () => act("submit"), r: () => act("reject"),
    n: () => act("nothing"), z: () => act("undo"),
    b: () => stage.take("brush"), e: () => stage.take("eraser"),
    l: () => stage.take("look"), h: () => stage.hide(), g: () => stage.find(),
    "[": () => stage.size(-1), "]": () => stage.size(1),
    " ": () => stage.stamp(), 0: () => stage.reset(),
  };
  window.addEventListener("keydown", (event) => {
    // NiiVue has keys of its own; Tab goes on to the next button.
    if (event.target === stage.viewer.canvas) event.stopPropagation();
    // Held, Enter would press what comes after the button or dialog it was for.
    if (event.repeat && event.key === "Enter") event.preventDefault();
    if (isElsewhere(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if ((event.ctrlKey || event.metaKey) && key !== "z") return;
    const found = common[key] ?? (segments() ? drawing[key] : undefined);
    if (!found && !/^[0-9]$/.test(key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat && !AGAIN.test(key)) return;
    if (found) found();
    else stage.choose(Number(key));
  }, true);
  window.addEventListener("keyup", (event) => {
    if (event.target === stage.viewer.canvas) event.stopPropagation();
  }, true);
  giveBack();
}

// A list that the mouse has opened gives the keys back as soon as it is chosen
// from; one that is gone through by keyboard keeps them.
function giveBack() {
  let pointed = null;
  window.addEventListener("pointerdown", ({ target }) => {
    pointed = target.closest?.("select");
  }, true);
  window.addEventListener("keydown", () => { pointed = null; }, true);
  window.addEventListener("change", ({ target }) => {
    if (target === pointed) target.blur();
  });
}

// Typing in a field, a list or a dialog, or working a button or slider.
function isElsewhere(event) {
  if (event.altKey || document.querySelector("dialog[open]")) return true;
  const { target } = event;
  const types = "input:not([type=range]), textarea, select";
  if (target.matches?.(types)) return true;
  const own = /^(Arrow|Page)|^ $|^Enter$/.test(event.key);
  return own && Boolean(target.matches?.("button, input, a"));
}
