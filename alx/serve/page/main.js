// The page: signs a reader in, shows case after case, sends what he decides.

import * as api from "./api.js";
import { activeSeconds, Clock } from "./clock.js";
import { keysOf, listen } from "./keys.js";
import * as screen from "./screen.js";
import { $, ask, fail, hint, show } from "./screen.js";
import { Stage } from "./stage.js";
import { buttons, tell } from "./state.js";
import { Tab } from "./tabs.js";
import { Work } from "./work.js";

const page = { project: null, reader: "", work: null, busy: false };
const stage = new Stage((stroke) => drawn(stroke));
window.alx = page; // for tests and for the curious
page.stage = stage;

// A notebook that shows the page knows who reads.
function fromNotebook() {
  const found = /^#token=([0-9a-f]+)$/.exec(location.hash);
  if (!found) return;
  api.useToken(found[1]);
  history.replaceState(null, "", location.pathname);
}

async function start() {
  fromNotebook();
  const told = await api.project();
  page.project = told;
  $("title").textContent = told.name;
  document.title = `Label: ${told.name}`;
  screen.manual(keysOf(told));
  const name = sessionStorage.getItem("alx-reader") ?? "";
  if (!told.open) return sessionStorage.getItem("alx-token") ? enter("") : door();
  if (told.readers.includes(name)) return enter(name);
  if (told.readers.length === 1) return enter(told.readers[0]);
  return door();
}

function door() {
  const { readers, open } = page.project;
  hint(open
    ? "Tell the page who you are. Nothing else is needed to begin."
    : "Type the token that you were given: it tells the page who you are.");
  $("name").replaceChildren(...readers.map((name) => new Option(name, name)));
  show("token-row", !open);
  show("name-row", open);
  show("door", true);
  show("desk", false);
  $("door").onsubmit = (event) => {
    event.preventDefault();
    if (!open) api.useToken($("token").value.trim());
    safely(() => enter($("name").value));
  };
  $(open ? "name" : "token").focus();
}

async function enter(name) {
  const { reader, rows } = await api.worklist(name);
  page.reader = reader;
  sessionStorage.setItem("alx-reader", reader);
  show("door", false);
  $("who").textContent = reader;
  show("leave", page.project.readers.length > 1 || !page.project.open);
  page.tab?.close(); // of before a log-in that ended
  page.tab = new Tab(`${page.project.id} ${reader}`, sentAway);
  if (!(await page.tab.enter())) {
    const text = "You are labelling in another tab or window already. Go on " +
      "in this one instead? What you have drawn comes along.";
    if (!(await ask(text, { yes: "Go on here" }))) return sentAway();
    await page.tab.take();
  }
  show("desk", true);
  await stage.start(page.project);
  screen.worklist(rows, "");
  await next();
}

function sentAway() {
  page.work = null;
  show("desk", false);
  hint("You go on in another tab or window. Reload this page to work here.");
}

async function next() {
  hint("Fetching the next image …");
  const sample = await api.next(page.reader);
  await list(sample?.case);
  if (!sample) return nothingLeft();
  const work = new Work(sample, `${page.project.id} ${page.reader}`);
  const goesOn = await work.open();
  await put(work);
  tell(page, goesOn ? "You go on where you were. " : "");
}

async function list(current) {
  const { rows } = await api.worklist(page.reader);
  screen.worklist(rows, current);
}

// Shows a case with what is drawn in it, unless another tab goes on meanwhile.
async function put(work) {
  const { sample } = work;
  const [bytes, draft] = await Promise.all([
    api.image(sample.id, 0, stage.viewer.most),
    sample.draft_sha256 ? api.draft(sample.id) : null,
  ]);
  if (!page.tab.owns) return sentAway();
  page.work = work;
  work.isShown = false; // until it is, it can be skipped and nothing else
  await stage.show(sample, bytes);
  if (page.project.segments) {
    await stage.draw(work.begin(stage.order, draft), work);
  }
  work.isShown = true;
  buttons(page);
  await page.work?.keep();
}

// The last answer once more: another one is a revision of it.
async function back() {
  const work = page.sent;
  if (!work) return;
  await page.work?.keep();
  page.sent = null;
  work.clock = new Clock();
  await list(work.sample.case);
  await put(work);
  tell(page, "Your last answer once more: a new one takes its place. ");
}

function nothingLeft() {
  page.work = null;
  stage.clear();
  buttons(page);
  hint("Nothing waits for you: all images that you were asked for are done. " +
    "Thank you! Reload this page when there are new ones.");
}

// Runs one act at a time, after the stroke in hand, and tells what went wrong.
async function safely(act) {
  if (page.busy) return;
  stage.hand.release();
  page.busy = true;
  fail(null);
  buttons(page);
  try {
    await act();
  } catch (error) {
    if (error.code === 401) {
      api.useToken("");
      door();
    }
    fail(error);
  } finally {
    page.busy = false;
    buttons(page);
  }
}

// What is drawn before the reply would be in no label: nothing is.
const send = (...words) => stage.hand.still(() => deliver(...words));

async function deliver(words, isLabel = false) {
  const { work } = page;
  const kind = words.decision === "skip" ? "skip" : "submit";
  const params = { ...words, events: work.clock.ended(kind) };
  const { id } = work.sample;
  const reply = isLabel
    ? await api.label(id, work.label(), params)
    : await api.words(id, params);
  await work.forget();
  page.sent = work;
  page.work = stage.work = null;
  page.last = reply;
  await next();
  const look = /\[look at it: (.*)\]/.exec(reply.line);
  if (look) hint(`Taken, and marked for a second look (${look[1]}). ` +
    $("hint").textContent);
}

async function submit() {
  const { work } = page;
  if (!work?.isChanged) return;
  if (work.isEmpty) return nothing();
  const decision = work.isRejected ? { decision: "redraw" } : {};
  try {
    await send(decision, true);
  } catch (error) {
    if (error.code !== 409 || !/values_checked/.test(error.message)) throw error;
    const text = "Compared with the draft, classes look swapped. Did you mean " +
      "it so?";
    if (!(await ask(text, { yes: "Yes, it is right" }))) return;
    await send({ ...decision, values_checked: true }, true);
  }
}

async function nothing() {
  const text = "Is there nothing to label in this image? Your drawing and the " +
    "draft are then left out.";
  if (await ask(text, { yes: "Nothing to label" })) {
    await send({ decision: "empty" });
  }
}

async function skip() {
  const text = "Nobody is asked for this image again. What is wrong with it?";
  const why = await ask(text, { reason: true, yes: "Skip it" });
  if (why) await send({ decision: "skip", comment: why });
}

async function reject() {
  await page.work.reject();
  stage.refresh();
  hint("The draft is gone: draw anew, then submit. Undo brings it back.");
}

async function takeBack() {
  if (await page.work?.undo()) stage.refresh();
}

function touched() {
  page.work?.clock.seen();
}

// A stroke in another image than the one in hand is nobody's.
function drawn(stroke) {
  const { work } = page;
  if (stroke.bits !== work?.bits) return;
  work.add(stroke).catch(() => fail(new Error(
    "This browser keeps no data for the page: do not reload before you submit.")));
  buttons(page);
}

// Acts on a case that is shown, and not on one that could not be.
const onShown = (act) => (word) => page.work?.isShown && act(page.work, word);

const acts = {
  accept: onShown((work) => !work.isChanged && work.sample.has_draft &&
    page.project.segments && send({ decision: "accept" })),
  submit: onShown(submit),
  reject: onShown((work) => work.sample.has_draft && !work.isRejected &&
    reject()),
  nothing: onShown(() => page.project.segments && nothing()),
  undo: onShown(takeBack),
  answer: onShown((work, number) => page.project.classes[number] &&
    send({ label: page.project.classes[number].name })),
  skip: () => page.work && skip(),
  back: () => stage.hand.still(back),
  help: () => $("manual").showModal(),
};

for (const id of ["accept", "submit", "reject", "nothing", "skip", "undo",
  "back"]) {
  $(id).onclick = () => safely(async () => acts[id]());
}
$("help").onclick = acts.help;
$("leave").onclick = () => {
  sessionStorage.clear();
  location.reload();
};
stage.fetched = (number) => 
  api.image(page.work.sample.id, number, stage.viewer.most);
stage.chosen = (number) => safely(() => stage.channel(number));
stage.answer = (number) => safely(async () => acts.answer(number));
listen(stage, (name) =>
  name === "help" ? acts.help() : safely(async () => acts[name]()),
  () => page.project?.segments);

for (const event of ["pointermove", "pointerdown", "wheel", "keydown"]) {
  window.addEventListener(event, touched, { passive: true, capture: true });
}
document.addEventListener("visibilitychange", () => {
  const { work } = page;
  if (!work) return;
  if (document.hidden) work.clock.pause();
  else work.clock.seen();
  work.keep().catch(() => {});
});
window.addEventListener("pagehide", () => {
  page.work?.clock.pause();
  page.work?.keep().catch(() => {});
});
setInterval(() => {
  const { work, project } = page;
  $("time").textContent = work
    ? `${screen.minutes(activeSeconds(work.clock.log, project.idle_s) +
      (document.hidden ? 0 : work.clock.since(project.idle_s)))} min` : "";
  const over = work && Date.now() / 1000 > work.sample.until;
  if (over && !work.warned && !page.busy) { // or the next hint takes its place
    work.warned = true;
    hint("Your time for this image is over, others may be asked for it now. " +
      "You can still submit; if somebody else has answered, both are kept.");
  }
}, 1000);
setInterval(() => page.work?.keep().catch(() => {}), 10000);

safely(start);
