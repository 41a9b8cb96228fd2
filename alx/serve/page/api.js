// What the page asks of its server, and nothing else of the network.

let token = sessionStorage.getItem("alx-token") ?? "";

/** What the server has refused, in its own words. */
export class Refusal extends Error {
  constructor(code, line) {
    super(line);
    this.code = code;
  }
}

export function useToken(text) {
  token = text;
  sessionStorage.setItem("alx-token", text);
}

async function call(path, options = {}) {
  const headers = { ...options.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  let reply;
  try {
    reply = await fetch(`api/${path}`, { ...options, headers });
  } catch {
    throw new Error("The server does not answer. Is it running, and are you " +
      "connected? What you have drawn is kept here. Try again.");
  }
  if (reply.ok) return reply;
  const told = await reply.json().catch(() => ({}));
  throw new Refusal(reply.status, told.detail ?? `The server says ${reply.status}.`);
}

async function asked(path, body) {
  const headers = { "Content-Type": "application/json" };
  const options = { method: "POST", headers, body: JSON.stringify(body) };
  return (await call(path, options)).json();
}

const byId = (id) => ({ headers: { "X-Case": id } });

export const project = async () => (await call("project")).json();
export const worklist = (reader) => asked("worklist", { reader });
export const next = (reader) => asked("next", { reader });
export const image = async (id, channel, most) =>
  (await call(`image?channel=${channel}&most=${most}`, byId(id))).arrayBuffer();
export const draft = async (id) =>
  new Uint8Array(await (await call("draft", byId(id))).arrayBuffer());
export const words = (id, params) => asked("words", { id, params });

/** Sends a label, one byte a voxel in the file's order. */
export async function label(id, bits, params) {
  const packed = new Blob([bits]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  const form = new FormData();
  form.set("params", JSON.stringify(params));
  form.set("label", await new Response(packed).blob(), "label.gz");
  const options = { ...byId(id), method: "POST", body: form };
  return (await call("label", options)).json();
}
