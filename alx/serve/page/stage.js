// The image with its tools: planes, window, zoom, brush and eraser.

import { Hand } from "./hand.js";
import { classButton, press, show, $ } from "./screen.js";
import { AXES, middleOf, radiusOf } from "./strokes.js";
import { PLANES, Viewer } from "./viewer.js";

const LARGE = 2 ** 24; // voxels
const TOOLS = ["look", "brush", "eraser"];

export class Stage {
  /** `drawn(stroke)` hears of each stroke that is done. */
  constructor(drawn) {
    this.hand = new Hand(drawn);
    this.viewer = new Viewer((voxel, plane) => this.#at(voxel, plane));
    this.tool = "look";
    this.value = 1;
    this.plane = 0;
    this.views = ["three", ...PLANES];
  }

  async start(project) {
    if (this.project) return;
    this.project = project;
    await this.viewer.start($("viewer"), "./niivue.js");
    this.viewer.colours(project.classes.map((one) => one.color));
    this.#classes();
    this.#controls();
    this.#mouse();
  }

  get order() {
    return this.viewer.order;
  }

  async show(sample, bytes) {
    this.hand.drop();
    this.sample = sample;
    this.work = null;
    const cross = this.project.segments;
    await this.viewer.show("image.nii", bytes, { ...sample, cross });
    this.#plain();
    show("view-row", !sample.flat);
    $("view").value = sample.flat ? "axial" : "three";
    show("channel-row", sample.channels > 1 && !sample.flat);
    $("channel").replaceChildren(...Array.from(
      { length: sample.channels }, (_, n) => new Option(`${n + 1}`, n)));
    this.#told();
  }

  async draw(bits, work) {
    this.work = work;
    await this.viewer.draw(bits);
    await this.fill();
    this.find();
  }

  clear() {
    this.hand.drop();
    this.work = null;
    this.sample = null;
    return this.viewer.clear();
  }

  refresh() {
    this.viewer.refresh();
  }

  // Where the reader clicks, or drags with a tool in hand.
  #at(voxel, plane) {
    if (plane >= 0 && plane <= 2) this.plane = plane;
    this.#told();
    if (this.work && plane >= 0 && plane <= 2) this.#paint(voxel);
  }

  #paint(voxel) {
    const begun = () => this.#stroke();
    if (this.hand.to(voxel, this.plane, begun)) this.refresh();
  }

  get #draws() {
    return Boolean(this.work) && this.tool !== "look";
  }

  #stroke() {
    const value = this.tool === "eraser" ? 0 : this.value;
    return this.work.stroke(
      this.plane, value, radiusOf(Number($("size").value)));
  }

  /** Paints at the crosshair, as Space does. */
  stamp() {
    if (!this.#draws) return;
    this.hand.press(true);
    this.#paint(this.viewer.voxel);
    this.hand.release();
  }

  #mouse() {
    const { canvas } = this.viewer;
    canvas.tabIndex = 0;
    canvas.setAttribute("aria-label", "Image. Arrow keys move the cross, Page " +
      "Up and Down change the slice, Space paints.");
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button === 0) this.hand.press(this.#draws);
      if (event.button === 2) this.dark = [event.clientX, event.clientY];
    }, true);
    window.addEventListener("pointermove", (event) => {
      if (!this.dark) return;
      const [x, y] = this.dark;
      this.dark = [event.clientX, event.clientY];
      this.#nudge("width", (event.clientX - x) / 4);
      this.#nudge("level", (y - event.clientY) / 4);
    }, true);
    const up = () => {
      if (this.dark && this.isLarge) this.#window();
      this.dark = null;
      // NiiVue hears of the last move after this.
      if (this.hand.isHeld) setTimeout(() => this.hand.release());
    };
    window.addEventListener("pointerup", up, true);
    window.addEventListener("pointercancel", up, true);
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.zoom(event.deltaY < 0 ? 1 : -1);
    }, { capture: true, passive: false });
  }

  #controls() {
    for (const tool of TOOLS) $(tool).onclick = () => this.take(tool);
    for (const id of ["level", "width"]) {
      $(id).oninput = () => this.isLarge || this.#window();
      $(id).onchange = () => this.#window();
    }
    $("plain").onclick = () => this.reset();
    $("size").oninput = () => this.size(0);
    $("fill").oninput = () => this.fill();
    $("hide").onclick = () => this.hide();
    $("find").onclick = () => this.find();
    $("view").onchange = () => this.view($("view").value);
    $("channel").onchange = () => this.chosen(Number($("channel").value));
    $("zoom-in").onclick = () => this.zoom(1);
    $("zoom-out").onclick = () => this.zoom(-1);
  }

  #classes() {
    const { classes, segments } = this.project;
    $("classes").replaceChildren(...classes.slice(1).map(
      (one) => classButton(one, () => this.choose(one.value))));
    $("answers").replaceChildren(...classes.map(
      (one) => classButton(one, () => this.answer(one.value))));
    if (segments) this.choose(1);
  }

  /** A class, by number: of the brush, or the answer. */
  choose(number) {
    if (!this.project?.classes[number]) return;
    if (!this.project.segments) {
      this.answer(number);
      return;
    }
    if (number < 1) return;
    this.value = number;
    for (const button of $("classes").children) {
      const mine = Number(button.dataset.number) === number;
      button.setAttribute("aria-pressed", `${mine}`);
    }
    if (this.tool === "eraser") this.take("brush");
  }

  take(tool) {
    this.tool = tool;
    press(TOOLS, tool);
    if (this.viewer.canvas) {
      this.viewer.canvas.style.cursor = tool === "look" ? "default" : "crosshair";
    }
  }

  size(change) {
    $("size").value = Number($("size").value) + change;
    $("size-told").textContent = $("size").value;
  }

  fill() {
    const hidden = $("hide").getAttribute("aria-pressed") === "true";
    return this.viewer.fill(hidden ? null : $("fill").value / 100);
  }

  hide() {
    const now = $("hide").getAttribute("aria-pressed") !== "true";
    $("hide").setAttribute("aria-pressed", `${now}`);
    return this.fill();
  }

  /** The crosshair goes to the slice with most of the drawing. */
  find() {
    const middle = this.work && middleOf(this.work.bits, this.viewer.dims);
    if (middle) this.go(middle);
  }

  go(voxel) {
    this.viewer.place(voxel);
    this.#told();
  }

  /** Moves the crosshair on the screen: right, up, or through the slices. */
  move(right, up, through) {
    if (!this.viewer.dims || !this.sample) return;
    const [a, b] = AXES[this.plane];
    const voxel = [...this.viewer.voxel];
    voxel[a] += this.viewer.mirrors(this.plane) ? -right : right;
    voxel[b] += up;
    voxel[2 - this.plane] += through;
    this.go(voxel);
  }

  nextPlane() {
    if (this.sample?.flat) return;
    this.plane = (this.plane + 1) % 3;
    this.#told();
  }

  view(name) {
    $("view").value = name;
    if (name !== "three") this.plane = PLANES.indexOf(name);
    this.viewer.view(name);
    this.#told();
  }

  nextView() {
    if (this.sample?.flat) return;
    const at = this.views.indexOf($("view").value);
    this.view(this.views[(at + 1) % this.views.length]);
  }

  zoom(step) {
    this.viewer.setZoom(step ? this.viewer.zoom * 1.25 ** step : 1);
  }

  /** Of several: frames of one file, or files that `fetched(n)` brings. */
  async channel(number) {
    if (this.sample.files === 1) return this.viewer.channel(number);
    const { voxel } = this.viewer;
    const cross = this.project.segments;
    const bytes = await this.fetched(number);
    await this.viewer.show("image.nii", bytes, { ...this.sample, cross });
    this.#plain();
    if (!this.sample.flat) this.view($("view").value);
    if (this.work) await this.viewer.draw(this.work.bits);
    await this.fill();
    this.go(voxel);
  }

  /** So many voxels that a new window takes a moment. */
  get isLarge() {
    const { dims } = this.viewer;
    return Boolean(dims) && dims[0] * dims[1] * dims[2] > LARGE;
  }

  reset() {
    this.#plain();
    this.zoom(0);
    this.#window();
  }

  // Brightness and contrast as the image came.
  #plain() {
    $("level").value = $("width").value = 50;
  }

  #nudge(id, change) {
    $(id).value = Number($(id).value) + change; // it stays between its ends
    if (!this.isLarge) this.#window();
  }

  #window() {
    if (!this.sample || this.windowing) return;
    this.windowing = true;
    requestAnimationFrame(() => {
      this.windowing = false;
      if (!this.sample) return;
      const [low, high] = this.viewer.first;
      const span = (high - low || 1) * 8 ** ((50 - $("width").value) / 50);
      const middle = (low + high) / 2 +
        ((50 - $("level").value) / 50) * (high - low || 1);
      this.viewer.window(middle - span / 2, middle + span / 2);
    });
  }

  #told() {
    if (!this.viewer.dims || !this.sample) return;
    const { voxel, dims } = this.viewer;
    const axis = 2 - this.plane;
    const bit = this.work?.bits[
      voxel[0] + dims[0] * (voxel[1] + dims[1] * voxel[2])];
    const name = bit ? ` · ${this.project.classes[bit].name}` : "";
    $("place").textContent = this.sample.flat
      ? name.slice(3)
      : `${PLANES[this.plane]} slice ${voxel[axis] + 1} of ${dims[axis]}${name}`;
  }
}
