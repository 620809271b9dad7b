/** Uploading one file, with progress, and the panel that does it. */

import { Problem, problemOf, query } from "./api.js";
import { el, field } from "./dom.js";
import { bytes } from "./format.js";

/**
 * PUTs `file` to `path`. XMLHttpRequest, because fetch() does not tell how
 * much has been sent. Returns {done, abort}; `done` gives the new metadata.
 */
export function put(path, file, onProgress) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.upload.onprogress = (e) => onProgress(e.loaded, e.total);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300)
        resolve(JSON.parse(request.responseText));
      else reject(problemOf(request.status, request.responseText));
    };
    request.onerror = () => reject(Problem.unreachable());
    request.onabort = () => reject(new Problem(0,
      { title: "The upload was stopped" }));
  });
  request.open("PUT", path);
  request.send(file);
  return { done, abort: () => request.abort() };
}

/** A file's name as the daemon accepts names. */
export function safeName(name) {
  return name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.]+/, "")
    .slice(0, 128) || "unnamed";
}

/**
 * The panel that appears once a file is chosen: its name, further fields
 * (`extra`, {element, values()}: the query), a button and a progress bar.
 * `collection` is "models" or "datasets", `limit` the most bytes that the
 * daemon takes; `onDone` gets the metadata of
 * what is there now.
 */
export function uploadPanel({ collection, file, limit, extra, onDone,
  onClose }) {
  const name = el("input", { type: "text", value: safeName(file.name),
    required: true, maxLength: 128, pattern: "[A-Za-z0-9_\\-][A-Za-z0-9._\\-]*",
    spellcheck: false, autocomplete: "off" });
  const bar = el("progress", { max: 1, value: 0,
    "aria-label": `Upload of ${file.name}` });
  const state = el("small", { role: "status" }, bytes(file.size));
  const error = el("p", { className: "field-error", role: "alert",
    hidden: true });
  const send = el("button", { type: "button", className: "primary small" },
    "Upload");
  const close = el("button", { type: "button", className: "quiet small" },
    "Cancel");
  const panel = el("div", { className: "upload" },
    field("Name", name), extra?.element,
    el("div", { className: "row" }, send, close, state), bar, error);
  const refuse = (text) => {
    error.textContent = text;
    error.hidden = false;
  };
  let upload = null;

  bar.hidden = true;
  close.onclick = () => {
    upload?.abort();
    panel.remove();
    onClose();
  };
  send.onclick = async () => {
    if (!name.reportValidity()) return;
    if (file.size > limit) {
      refuse(`The file has ${bytes(file.size)}; this daemon takes ${
        bytes(limit)} at most.`);
      return;
    }
    send.disabled = true;
    bar.hidden = false;
    error.hidden = true;
    const path = `/v1/${collection}/${encodeURIComponent(name.value)}`
      + query(extra?.values() ?? {});
    upload = put(path, file, (sent, total) => {
      bar.value = sent / total;
      state.textContent = sent < total
        ? `${bytes(sent)} of ${bytes(total)}` : "Checking…";
    });
    try {
      const item = await upload.done;
      panel.remove();
      onDone({ name: name.value, ...item });
    } catch (e) {
      bar.hidden = true;
      send.disabled = false;
      state.textContent = bytes(file.size);
      refuse(e.message);
    }
  };
  return panel;
}
