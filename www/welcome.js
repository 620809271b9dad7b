/** What stands below the form while no comparison is shown: earlier ones,
 *  and how to do the same from a terminal. */

import { list } from "./api.js";
import { el } from "./dom.js";
import { time } from "./format.js";
import { isOpen } from "./jobs.js";

const MOST = 8;

/** Jobs of one group are one entry; a job of no group is its own. */
function gather(jobs) {
  const entries = new Map();
  for (const job of jobs) {
    const key = job.group ?? job.id;
    if (!entries.has(key)) entries.set(key, []);
    entries.get(key).push(job);
  }
  return [...entries.values()]
    .sort(([a], [b]) => (a.created < b.created ? 1 : -1)).slice(0, MOST);
}

function outcome(jobs) {
  const count = (state) => jobs.filter((j) => j.state === state).length;
  if (jobs.some(isOpen)) return "running…";
  return [["succeeded", "✓"], ["failed", "✕"], ["canceled", "■"]]
    .filter(([state]) => count(state))
    .map(([state, sign]) => `${sign} ${count(state)} ${state}`).join(", ");
}

function entry(jobs, titles) {
  const [{ model, group, technique, created }] = jobs;
  const state = new URLSearchParams({ model, ...(group && { group }) });
  const what = jobs.length > 1 ? `${jobs.length} jobs compared`
    : titles.get(technique) ?? technique;
  return el("li", {}, el("a", { href: `#${state}` }, model),
    el("span", {}, what), el("span", { className: "muted" }, outcome(jobs)),
    el("time", { className: "muted", dateTime: created }, time(created)));
}

const COMMANDS = (origin) => [
  ["upload", `curl -T model.onnx ${origin}/v1/models/`],
  ["upload data", `curl -T data.npz ${origin}/v1/datasets/`],
  ["prune", "curl -d model=model.onnx -d dataset=data.npz -d technique=all"
    + ` -d sparsity=0.5 ${origin}/v1/jobs`],
  ["compare", `curl '${origin}/v1/compare?model=model.onnx&format=csv'`],
];

function terminal() {
  return el("section", { className: "card" },
    el("h3", {}, "The same from a terminal"),
    el("dl", { className: "commands" }, COMMANDS(location.origin).map(
      ([what, line]) => el("div", {}, el("dt", { className: "muted" }, what),
        el("dd", {}, el("code", {}, line))))));
}

/** Fills `root`; technique titles come by name. */
export async function renderWelcome(root, titles) {
  const entries = gather(await list("/v1/jobs?limit=100", 200));
  const earlier = entries.length > 0 && el("section", { className: "card" },
    el("h3", {}, "Earlier comparisons"),
    el("ul", { className: "earlier" }, entries.map((e) => entry(e, titles))));
  root.replaceChildren(...[earlier, terminal()].filter(Boolean));
}
