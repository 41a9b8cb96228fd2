// What the page says and allows, out of where it stands.

import { hint, show, $ } from "./screen.js";

/** What the reader should do now, with a case; `again` comes before it. */
export function tell({ project, work }, again) {
  if (!work) return;
  const { sample } = work;
  if (!project.segments) {
    const guess = sample.draft_class === null
      ? "" : `The computer's guess: ${project.classes[sample.draft_class].name}. `;
    return hint(`${again}${guess}Which class is this picture? Press its number.`);
  }
  return hint(again + (sample.has_draft
    ? "The coloured outline is the computer's guess. Right: accept it. " +
      "Nearly right: correct it with brush and eraser, then submit. Wrong: " +
      "reject it and draw anew."
    : sample.flat
      ? "Choose a class, draw it with the brush, then submit."
      : "Choose a class, draw it with the brush slice by slice, then submit. " +
        "The mouse wheel goes through the slices."));
}

/** Only what can be done now can be pressed. */
export function buttons({ project, work, busy, sent }) {
  const ready = Boolean(work?.isShown) && !busy;
  const segments = Boolean(project?.segments);
  const guess = Boolean(work?.sample.has_draft);
  $("viewer").setAttribute("aria-busy", `${Boolean(busy)}`);
  show("draw-tools", segments);
  show("answers", !segments);
  show("submit", segments);
  for (const id of ["accept", "reject"]) show(id, segments && guess);
  show("nothing", segments);
  $("accept").disabled = !ready || work.isChanged;
  $("submit").disabled = !ready || !work.isChanged;
  $("reject").disabled = !ready || Boolean(work?.isRejected);
  $("undo").disabled = !ready || !work.isChanged;
  $("nothing").disabled = !ready;
  $("skip").disabled = !work || busy;
  $("back").disabled = busy || !sent;
  for (const button of $("answers").children) button.disabled = !ready;
}
