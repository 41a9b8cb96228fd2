// NiiVue out of the package ipyniivue, hosted by this page: what a notebook
// would tell its widget is told by the small models below.

import { orderOf } from "./order.js";

const NOTHING = { name: "" };

// The half of a widget that a notebook keeps in Python.
class Model {
  constructor(values, hear = () => {}) {
    this.values = values;
    this.hear = hear;
    this.handlers = new Map();
    this._comm_live = false; // pixels are not sent back
  }
  get(key) { return this.values[key]; }
  set(key, value) { this.values[key] = value; }
  save_changes() {}
  send(message) { this.hear(message.event, message.data); }
  send_sync_message() {}
  on(event, act) {
    this.handlers.set(event, [...(this.handlers.get(event) ?? []), act]);
  }
  off(event, act) {
    const left = act ? (this.handlers.get(event) ?? []) : [];
    this.handlers.set(event, left.filter((other) => other !== act));
  }
  async tell(event, ...words) {
    for (const act of this.handlers.get(event) ?? []) await act(...words);
  }
  change(key, value) {
    this.set(key, value);
    return this.tell(`change:${key}`);
  }
  order(type, data = [], buffers = []) {
    return this.tell("msg:custom", { type, data }, buffers);
  }
}

function volumeModel(id, name, bytes) {
  return new Model({
    id, name, url: "", data: new DataView(bytes), path: NOTHING,
    paired_img_path: NOTHING, paired_img_url: "", paired_img_data: null,
    colormap: "gray", opacity: 1, colormap_negative: "", frame_4d: 0,
    colorbar_visible: false, colormap_type: 0, colormap_label: null,
    colormap_invert: false, modulation_image: null, modulate_alpha: 0,
    cal_min: null, cal_max: null, cal_min_neg: null, cal_max_neg: null,
  });
}

// Extents as the server makes a picture smaller: not exactly known.
function fitted(dims, most) {
  return Math.max(...dims) > most ? [] : dims;
}

const OPTIONS = {
  logLevel: "fatal", dragAndDropEnabled: false, dragMode: 0,
  dragModePrimary: 8, drawingEnabled: false, maxDrawUndoBitmaps: 1,
  isNearestInterpolation: true, multiplanarShowRender: 0,
  crosshairWidthUnit: "percent", crosshairGap: 4,
  show3Dcrosshair: false,
  isColorbar: false, sliceType: 3, multiplanarPadPixels: 6,
  backColor: [0, 0, 0, 1], crosshairColor: [0.3, 0.8, 1, 1],
};

/** What a plane is called, in the order of NiiVue. */
export const PLANES = ["axial", "coronal", "sagittal"];
const VIEWS = { axial: 0, coronal: 1, sagittal: 2, three: 3 };

/** A viewer in an element; `onPlace(voxel, plane)` hears of every click. */
export class Viewer {
  constructor(onPlace) {
    this.onPlace = onPlace;
    this.models = new Map();
    this.shown = 0;
    this.voxel = [0, 0, 0];
    this.zoom = 1;
    this.pan = [0, 0, 0];
    this.main = new Model({
      opts: { ...OPTIONS }, volumes: [], meshes: [], height: 0,
      draw_opacity: 0.25, draw_fill_overwrites: true, draw_lut: null,
      background_masks_overlays: 0, graph: null, scene: null,
      overlay_outline_width: 0, overlay_alpha_shader: 1, this_model_id: "",
    }, (event, data) => this.#hear(event, data));
    this.main.widget_manager = {
      get_model: async (id) => this.models.get(id),
    };
  }

  /** Puts the viewer into an element; needs WebGL 2. */
  async start(element, source) {
    const probe = document.createElement("canvas").getContext("webgl2");
    if (!probe) {
      throw new Error("This browser shows no WebGL 2 pictures. Use a current " +
        "Chrome, Edge, Firefox or Safari, or switch hardware acceleration on.");
    }
    this.most = probe.getParameter(probe.MAX_3D_TEXTURE_SIZE);
    const widget = (await import(source)).default;
    await widget.initialize({ model: this.main });
    await widget.render({ model: this.main, el: element });
    this.canvas = element.querySelector("canvas");
    this.canvas.parentElement.style.height = "100%";
    this.canvas.parentElement.style.position = "relative";
    // A picture that is stretched would be drawn on beside the mouse.
    new ResizeObserver(() => this.main.order("resize_listener")).observe(element);
  }

  /** Shows an image with or without a cross; `dims`: what its file should have. */
  async show(name, bytes, { dims: wanted, flat, cross }) {
    await this.clear();
    // A picture of a class may have been made smaller; nothing is drawn in it.
    const dims = cross ? wanted : fitted(wanted, this.most);
    if (Math.max(...dims) > this.most) {
      throw new Error(`This image has ${dims.join(" x ")} pixels, and this ` +
        `browser shows up to ${this.most} a side: label it by files, or skip it.`);
    }
    const id = `image${++this.shown}`;
    const model = volumeModel(id, name, bytes);
    this.models.set(id, model);
    this.image = model;
    this.flat = flat;
    // Radiologists look from the feet: the patient's left is on the right.
    this.#options({
      sliceType: flat ? 0 : 3, isOrientationTextVisible: !flat,
      isRadiologicalConvention: !flat, crosshairWidth: cross ? 0.5 : 0,
    });
    await this.#loaded(id);
    const { hdr, mat_ras: turned } = model.values;
    if (!turned || dims.some((n, axis) => n !== (hdr.dims[axis + 1] ?? 1))) {
      throw new Error("The viewer could not read this image.");
    }
    const extents = [1, 2, 3].map((axis) => hdr.dims[axis] ?? 1);
    this.order = orderOf(hdr.affine, turned, extents);
    this.dims = this.order.dims;
    this.first = [model.get("cal_min"), model.get("cal_max")];
    await this.main.order("set_drawing_enabled", [true]); // makes the texture
    await this.main.order("set_drawing_enabled", [false]);
    await this.#number("drawRimOpacity", 1);
    this.place(this.dims.map((n) => n >> 1));
  }

  // NiiVue says when an image is there; what went wrong nobody waits for.
  #loaded(id) {
    return new Promise((resolve, reject) => {
      const wrong = ({ reason }) => reject(new Error(
        `The viewer could not read this image: ${reason?.message ?? reason}`));
      window.addEventListener("unhandledrejection", wrong);
      this.onLoaded = () => {
        window.removeEventListener("unhandledrejection", wrong);
        resolve();
      };
      this.main.change("volumes", [`IPY_MODEL_${id}`]);
    });
  }

  async clear() {
    this.models.clear();
    await this.main.change("volumes", []);
    await this.main.order("close_drawing");
    this.setZoom(1);
  }

  // NiiVue takes numbers of its own as arrays of one.
  #number(attr, value) {
    const view = new DataView(new Float32Array([value]).buffer);
    const data = { attr, type: "float32" };
    return this.main.order("buffer_change", data, [view]);
  }

  #options(changes) {
    this.main.change("opts", { ...this.main.get("opts"), ...changes });
  }

  #hear(event, data) {
    if (event === "image_loaded") this.onLoaded?.();
    if (event !== "location_change" || !this.dims) return;
    this.voxel = data.frac.map((f, n) =>
      Math.min(Math.max(Math.floor(f * this.dims[n]), 0), this.dims[n] - 1));
    this.values = data.values;
    this.onPlace(this.voxel, data.ax_cor_sag);
  }

  /** The drawing, one byte a voxel in NiiVue's order; changed in place. */
  draw(bits) {
    this.bits = bits;
    const data = { attr: "drawBitmap", type: "uint8" };
    return this.main.order("buffer_change", data, [{ buffer: bits.buffer }]);
  }

  /** Shows what has changed in the drawing, once for each picture. */
  refresh() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      if (this.bits) this.draw(this.bits);
    });
  }

  /** Colours of the classes, [[r, g, b], ...], the background first. */
  colours(list) {
    const lut = list.flatMap(([r, g, b], n) => [r, g, b, n ? 255 : 0]);
    const labels = list.map((_, n) => `${n}`);
    while (lut.length < 1024) lut.push(255, 0, 0, 255);
    this.main.change("draw_lut", { lut, labels });
  }

  /** How strongly the inside of an outline is filled, 0 to 1; null: hidden. */
  async fill(share) {
    await this.#number("drawRimOpacity", share === null ? -1 : 1);
    await this.main.change("draw_opacity", share === null ? 0 : share || 0.004);
  }

  /** Grey values that are black and white. */
  async window(low, high) {
    this.image.set("cal_min", low);
    await this.image.change("cal_max", high);
    await this.image.change("cal_min", low);
  }

  /** Moves the crosshair to a voxel of NiiVue's. */
  place(voxel) {
    this.voxel = voxel.map((v, n) =>
      Math.min(Math.max(v, 0), this.dims[n] - 1));
    const crosshairPos = this.voxel.map((v, n) => (v + 0.5) / this.dims[n]);
    this.#scene({ crosshairPos });
  }

  /** Whether the first axis of a plane runs to the left of the screen. */
  mirrors(plane) {
    return !this.flat && plane < 2;
  }

  // The crosshair in mm of the planes as they are shown.
  #here() {
    const m = this.image?.get("frac2mm_ortho");
    if (!m || !this.dims) return [0, 0, 0];
    const [x, y, z] = this.voxel.map((v, n) => (v + 0.5) / this.dims[n]);
    return [0, 1, 2].map(
      (n) => m[n] * x + m[4 + n] * y + m[8 + n] * z + m[12 + n]);
  }

  #scene(change) {
    this.main.change("scene", change);
    this.main.order("draw_scene");
  }

  /** One plane or all three. */
  view(name) {
    this.#options({ sliceType: VIEWS[name] });
    this.main.order("draw_scene");
  }

  /** How much larger than fitting, around the crosshair. */
  setZoom(zoom) {
    const next = Math.min(Math.max(zoom, 1), 12);
    const at = this.#here();
    this.pan = next === 1
      ? [0, 0, 0]
      : this.pan.map((p, n) => p + (this.zoom - next) * at[n]);
    this.zoom = next;
    this.#scene({ pan2Dxyzmm: [...this.pan, next] });
  }

  /** Another channel of an image with several. */
  channel(number) {
    return this.image.change("frame_4d", number);
  }
}
