/** The REST API, as far as the page uses it. */

/** An answer that says what went wrong (RFC 9457), or no answer at all. */
export class Problem extends Error {
  constructor(status, body = {}) {
    const title = body.title || `The daemon answered ${status}.`;
    super(body.detail ? `${title}: ${body.detail}` : title);
    this.status = status;
    this.title = title;
    this.detail = body.detail ?? "";
  }

  static unreachable() {
    return new Problem(0, { title: "The daemon does not answer",
      detail: "check that pruned is still running, then try again" });
  }
}

/** Reads an error answer's body; not every one need be JSON. */
export function problemOf(status, text) {
  try {
    return new Problem(status, JSON.parse(text));
  } catch {
    return new Problem(status);
  }
}

/** Asks, and returns the answer if it is a good one. */
export async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw Problem.unreachable();
  }
  if (!response.ok) throw problemOf(response.status, await response.text());
  return response;
}

export async function get(path, options) {
  return (await ask(path, options)).json();
}

export async function post(path, body) {
  const options = { method: "POST" };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const text = await (await ask(path, options)).text();
  return text ? JSON.parse(text) : null;
}

/** Every item of a list, or the first `most`, following its pages. */
export async function list(path, most = 1000) {
  const items = [];
  let next = path;
  while (next && items.length < most) {
    const page = await get(next);
    items.push(...page.items);
    next = page.next && following(path, page.next);
  }
  return items;
}

/** `next` is a path or a cursor. */
function following(path, next) {
  if (String(next).startsWith("/")) return next;
  return `${path}${path.includes("?") ? "&" : "?"}after=${
    encodeURIComponent(next)}`;
}

/** A query string of what is given; empty values are left out. */
export function query(values) {
  const q = new URLSearchParams();
  for (const [key, value] of Object.entries(values))
    if (value !== undefined && value !== null && value !== "")
      q.set(key, value);
  const text = q.toString();
  return text && `?${text}`;
}
