/** One job's settings, times and the command that repeats it. */

import { get } from "./api.js";
import { el } from "./dom.js";
import { absent, time, words } from "./format.js";

/** A word as a POSIX shell reads it. */
export function shellQuote(text) {
  return /^[A-Za-z0-9._=:,/@%+-]+$/.test(text) ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}

const formValue = (value) => (Array.isArray(value) ? value.join(",")
  : String(value));

/** The curl command that asks for this job again. */
export function curlOf(job, origin) {
  const given = { model: job.model, dataset: job.dataset,
    technique: job.technique, ...job.target, ...job.settings };
  const parts = Object.entries(given)
    .filter(([, value]) => !absent(value))
    .map(([key, value]) => `-d ${shellQuote(`${key}=${formValue(value)}`)}`);
  return `curl ${parts.join(" ")} ${origin}/v1/jobs`;
}

function copyButton(text) {
  const button = el("button", { type: "button", className: "small" }, "Copy");
  button.onclick = async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  };
  return button;
}

function facts(job) {
  const rows = [["Job", job.id], ["Model", job.model],
    ["Data", job.dataset], ["Created", time(job.created)],
    ["Started", time(job.started)], ["Finished", time(job.finished)],
    ...Object.entries(job.settings ?? {}).map(([k, v]) => [words(k),
      typeof v === "object" ? JSON.stringify(v) : String(v)])];
  return el("dl", {}, rows.filter(([, v]) => !absent(v)).map(([k, v]) =>
    el("div", {}, el("dt", {}, k), el("dd", {}, v))));
}

/** An element that fills itself once the daemon has answered. */
export function jobDetails(id) {
  const box = el("div", { className: "details" }, "Loading…");
  get(`/v1/jobs/${encodeURIComponent(id)}`).then((job) => {
    const command = curlOf(job, location.origin);
    box.replaceChildren(el("p", {}, "Repeat this job:"),
      el("div", { className: "command" }, el("code", {}, command),
        copyButton(command)), facts(job));
  }, (e) => { box.textContent = e.message; });
  return box;
}
