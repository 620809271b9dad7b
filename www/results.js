/** Everything about one comparison, kept up to date while its jobs run. */

import { get, list, query } from "./api.js";
import { makeCharts } from "./charts.js";
import { makeTable } from "./compare-table.js";
import { byId, el } from "./dom.js";
import { time } from "./format.js";
import { readHash, writeHash } from "./hash.js";
import { isOpen, watchJobs } from "./jobs.js";
import { renderProgress, summary } from "./progress.js";
import { loadComparison } from "./rows.js";

/** The model that a group of jobs is about. */
async function modelOf(group) {
  const { items } = await get(`/v1/jobs${query({ group, limit: 1 })}`);
  return items[0]?.model;
}

export class Results {
  /** `titles` gives techniques' titles; `say` shows an error's words. */
  constructor(titles, say) {
    this.titles = titles;
    this.say = say;
    this.refreshing = false;
    this.root = byId("results");
    this.charts = makeCharts(byId("charts"));
    this.table = makeTable(byId("table"), (sort) => {
      writeHash({ sort }, { replace: true });
      this.draw();
    });
    this.clear();
  }

  /** Shows nothing, and stops following what was shown. */
  clear() {
    this.watch?.stop();
    this.watch = null;
    this.view = null;
    this.jobs = new Map();
    this.followed = new Set(); // ids: seen while open, or of the group
    this.comparison = null;
    this.root.hidden = true;
    document.title = "pruned";
  }

  /** Shows the jobs of a group, or else all those of a model. True where
   *  there is something to show. */
  async show({ model, group }) {
    this.clear();
    if (!model && !group) return false;
    const view = { model, group };
    this.view = view;
    this.which = group ? { group } : { model };
    if (!model) view.model = await modelOf(group);
    await this.reload();
    await this.fillGroups();
    if (view !== this.view) return true; // another one was chosen meanwhile
    this.watch = watchJobs(`/v1/jobs${query(this.which)}`,
      (jobs) => this.onJobs(jobs));
    await this.watch.ready;
    return this.comparison.rows.length > 1;
  }

  async reload() {
    const { view } = this;
    const comparison = await loadComparison(this.which, this.titles);
    if (view !== this.view) return; // another one was chosen
    this.comparison = comparison;
    this.draw();
  }

  /** Jobs tell how they are; figures come from the comparison alone. */
  onJobs(jobs) {
    const before = this.followedSummary();
    this.jobs = new Map(jobs.map((j) => [j.id, j]));
    for (const job of jobs)
      if (isOpen(job) || this.which.group) this.followed.add(job.id);
    const rows = this.comparison.rows.filter((r) => this.jobs.has(r.job));
    const shown = rows.filter((r) => this.followed.has(r.job));
    renderProgress(byId("progress"), shown.map((r) => this.jobs.get(r.job)),
      new Map(rows.map((r) => [r.job, r.label])), this.say);
    const words = this.followedSummary();
    if (words !== before) byId("announce").textContent = words;
    const moved = rows.filter((r) => isOpen(this.jobs.get(r.job))
      && r.state !== this.jobs.get(r.job).state);
    for (const row of moved) row.state = this.jobs.get(row.job).state;
    if (moved.length) this.draw();
    this.refresh();
  }

  /** Has a job ended whose figures are not here yet? */
  isStale() {
    return this.comparison?.rows.some((row) => {
      const job = this.jobs.get(row.job);
      return job && !isOpen(job) && job.state !== row.state;
    });
  }

  async refresh() {
    if (this.refreshing) return;
    this.refreshing = true;
    try {
      while (this.isStale()) await this.reload();
    } catch (e) {
      this.say(e.message);
    }
    this.refreshing = false;
  }

  followedSummary() {
    return summary([...this.followed].map((id) => this.jobs.get(id))
      .filter(Boolean));
  }

  draw() {
    const { rows } = this.comparison;
    this.root.hidden = rows.length < 2;
    if (this.root.hidden) return;
    byId("results-title").textContent = this.view.model;
    document.title = `${this.view.model} – pruned`;
    byId("csv").href = `/v1/compare${query({ ...this.which, format: "csv" })}`;
    this.charts(rows);
    this.table(rows, this.jobs, readHash().sort);
  }

  /** The comparisons that were made of this model, newest first. */
  async fillGroups() {
    const { model, group } = this.view;
    const jobs = model ? await list(`/v1/jobs${query({ model })}`) : [];
    const groups = new Map(jobs.filter((j) => j.group)
      .map((j) => [j.group, j.created]));
    const options = [...groups].sort(([, a], [, b]) => (a < b ? 1 : -1))
      .map(([id, created]) => el("option", { value: id },
        `comparison of ${time(created)}`));
    const select = byId("group");
    select.replaceChildren(...options,
      el("option", { value: "" }, "all jobs of this model"));
    select.value = group ?? "";
    byId("group-label").hidden = !options.length;
  }
}
