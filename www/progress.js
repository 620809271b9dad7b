/** The list of jobs while at least one of them is not over. */

import { Problem, post } from "./api.js";
import { el } from "./dom.js";
import { sentence, words } from "./format.js";
import { isOpen } from "./jobs.js";

const ENDS = { succeeded: "✓ done", failed: "✕ failed",
  canceled: "■ canceled" };

function wordsFor(job) {
  if (!isOpen(job)) return ENDS[job.state] ?? job.state;
  if (job.cancel_requested) return "stopping…";
  if (job.state === "queued")
    return job.position ? `queued, number ${job.position}` : "queued";
  const { phase, done, total } = job.progress ?? {};
  if (!phase) return "starting…";
  return total ? `${words(phase)}, ${done} of ${total}` : words(phase);
}

function bar(job, title) {
  const { done, total } = job.progress ?? {};
  const node = el("progress", { max: 1, "aria-label": title });
  if (!isOpen(job)) node.value = 1;
  else if (job.state === "queued") node.value = 0;
  else if (total) node.value = done / total;
  return node;
}

function line(job, title, onError) {
  const cancel = el("button", { type: "button", className: "quiet small",
    disabled: job.cancel_requested === true,
    "aria-label": `Cancel ${title}` }, "Cancel");
  cancel.onclick = () => {
    cancel.disabled = true;
    post(`/v1/jobs/${job.id}/cancel`).catch((e) => {
      cancel.disabled = false;
      onError(e instanceof Problem ? e.message : String(e));
    });
  };
  return el("li", { className: job.state, dataset: { job: job.id } },
    el("span", { className: "name" }, title), bar(job, title),
    el("span", { className: "muted phase" }, wordsFor(job)),
    isOpen(job) ? cancel : el("span"));
}

/** Shows `jobs` in `root`, or nothing once all are over; `titles` by id. */
export function renderProgress(root, jobs, titles, onError) {
  const open = jobs.filter(isOpen);
  root.hidden = !open.length;
  if (root.hidden) {
    root.replaceChildren();
    return;
  }
  const focused = root.contains(document.activeElement)
    && document.activeElement.closest("li")?.dataset.job;
  root.replaceChildren(
    el("h3", {}, sentence(summary(jobs))),
    el("ul", {}, jobs.map((j) => line(j, titles.get(j.id), onError))));
  if (focused)
    root.querySelector(`li[data-job="${focused}"] button`)?.focus();
}

/** One sentence for those who do not see the bars. */
export function summary(jobs) {
  const over = jobs.filter((j) => !isOpen(j)).length;
  const failed = jobs.filter((j) => j.state === "failed").length;
  return `${over} of ${jobs.length} ${jobs.length === 1 ? "job" : "jobs"} done`
    + (failed ? `, ${failed} failed` : "");
}
