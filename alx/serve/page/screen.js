// The parts of the page by name, and the small things that are shown there.

export const $ = (id) => document.getElementById(id);
export const show = (id, yes) => { $(id).hidden = !yes; };

export function hint(text) {
  $("hint").textContent = text;
}

export function fail(error) {
  show("error", Boolean(error));
  $("error").textContent = error ? error.message ?? `${error}` : "";
}

export function press(ids, chosen) {
  for (const id of ids) {
    $(id).setAttribute("aria-pressed", `${id === chosen}`);
  }
}

/** A button of a class: its colour, name and key. */
export function classButton({ name, color, value }, act) {
  const button = document.createElement("button");
  const swatch = document.createElement("span");
  swatch.className = "swatch";
  swatch.style.background = `rgb(${color.join(" ")})`;
  button.append(swatch, name);
  if (value < 10) {
    const key = document.createElement("kbd");
    key.textContent = `${value}`;
    button.append(key);
  }
  button.dataset.number = value;
  button.onclick = act;
  return button;
}

/** Asks yes or no, or for a reason; resolves to null on Cancel. */
export function ask(text, { reason = false, yes = "Yes" } = {}) {
  const dialog = $("ask");
  $("ask-text").textContent = text;
  $("ask-yes").textContent = yes;
  $("ask-why").value = "";
  $("ask-why").required = reason;
  show("ask-row", reason);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    const said = () => reason ? $("ask-why").value.trim() || null : "yes";
    dialog.onclose = () => resolve(
      dialog.returnValue === "yes" ? said() : null);
  });
}

const WORDS = { todo: "to do", "in hand": "in your hands",
  declined: "left to others", deferred: "for another time",
  expired: "your time was over" };

export function worklist(rows, current) {
  $("worklist").replaceChildren(...rows.map((row) => {
    const item = document.createElement("li");
    const about = document.createElement("small");
    const mine = row.case === current;
    if (mine) item.setAttribute("aria-current", "true");
    about.textContent = WORDS[mine ? "in hand" : row.status] ?? row.status;
    if (row.reason) item.title = row.reason;
    item.append(row.case, about);
    return item;
  }));
  const count = (words) => rows.filter((row) => words.test(row.status)).length;
  const done = count(/done|skipped/);
  const all = done + count(/todo|in hand/); // the others are not his any more
  $("progress").textContent = all ? `${done} of ${all} done` : "";
  $("worklist").querySelector("[aria-current]")
    ?.scrollIntoView({ block: "nearest" });
}

export function minutes(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${`${whole % 60}`.padStart(2, "0")}`;
}

export function manual(rows) {
  $("keys").replaceChildren(...rows.map(([key, text]) => {
    const row = document.createElement("tr");
    for (const part of [key, text]) row.insertCell().textContent = part;
    return row;
  }));
}
