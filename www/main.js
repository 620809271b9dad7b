/** The page: what is chosen, what runs, and what came of it. */

import { get, list, post, query } from "./api.js";
import { makeCharts } from "./charts.js";
import { makeTable } from "./compare-table.js";
import { byId, el } from "./dom.js";
import { makeForm } from "./form.js";
import { time } from "./format.js";
import { readHash, writeHash } from "./hash.js";
import { isOpen, watchJobs } from "./jobs.js";
import { KINDS, makePicker } from "./picker.js";
import { renderProgress, summary } from "./progress.js";
import { loadComparison } from "./rows.js";

const notice = byId("notice");

function say(text) {
  notice.textContent = text ?? "";
  notice.hidden = !text;
  notice.classList.toggle("bad", Boolean(text));
}

/** Everything below the form: one comparison, kept up to date. */
class Results {
  constructor(titles) {
    this.titles = titles;
    this.charts = makeCharts(byId("charts"));
    this.table = makeTable(byId("table"), (sort) => {
      writeHash({ sort }, { replace: true });
      this.draw();
    });
    this.jobs = new Map();
    this.comparison = null;
  }

  /** Shows the comparison that the URL names, or none. */
  async show({ model, group }) {
    this.watch?.stop();
    this.jobs = new Map();
    this.view = { model, group };
    const { view } = this;
    if (!model && !group) {
      byId("results").hidden = true;
      return;
    }
    await this.reload();
    if (view !== this.view) return;
    this.watch = watchJobs(`/v1/jobs${query(group ? { group } : { model })}`, {
      onChange: (jobs) => this.onJobs(jobs),
      onEnd: () => this.reload().catch((e) => say(e.message)) });
    await this.watch.ready;
  }

  async reload() {
    const { view } = this;
    const comparison = await loadComparison(view, this.titles);
    if (view !== this.view) return;
    this.comparison = comparison;
    this.draw();
  }

  onJobs(jobs) {
    const before = [...this.jobs.values()];
    this.jobs = new Map(jobs.map((j) => [j.id, j]));
    const rows = new Map(this.comparison.rows.map((r) => [r.job, r]));
    renderProgress(byId("progress"), jobs.filter((j) => rows.has(j.id)),
      (j) => rows.get(j.id).label, say);
    if (summary(jobs) !== summary(before))
      byId("announce").textContent = summary(jobs);
    const changed = jobs.some((j) => rows.has(j.id)
      && rows.get(j.id).state !== j.state);
    for (const job of jobs)
      if (rows.has(job.id) && isOpen(job)) rows.get(job.id).state = job.state;
    if (changed) this.draw();
  }

  draw() {
    const { rows, model } = this.comparison;
    const worth = rows.length > 1;
    byId("results").hidden = !worth;
    if (!worth) return;
    byId("results-title").textContent = model?.name ?? this.view.model;
    const { group } = this.view;
    byId("csv").href = `/v1/compare${query({ ...(group ? { group }
      : { model: this.view.model }), format: "csv" })}`;
    this.charts(rows);
    this.table(rows, this.jobs, readHash().sort);
  }
}

/** The comparisons that were made of a model, newest first. */
async function fillGroups(model, group) {
  const jobs = model ? await list(`/v1/jobs${query({ model })}`) : [];
  const groups = new Map();
  for (const job of jobs)
    if (job.group && !groups.has(job.group)) groups.set(job.group, job.created);
  const options = [...groups].sort(([, a], [, b]) => (a < b ? 1 : -1))
    .map(([id, created]) => el("option", { value: id,
      selected: id === group }, `comparison of ${time(created)}`));
  byId("group").replaceChildren(...options,
    el("option", { value: "", selected: !group }, "all jobs of this model"));
  byId("group-label").hidden = !options.length && !group;
}

function describeChoice(picks) {
  byId("setup-summary").textContent = [picks.model.value, picks.dataset.value]
    .filter(Boolean).join(" · ");
  byId("start").disabled = !picks.model.value;
}

async function start() {
  const service = await get("/v1");
  byId("version").textContent = service.version ?? "";
  const titles = new Map(service.techniques.map((t) => [t.name,
    t.title ?? t.name]));
  const form = makeForm(service, { techniques: byId("techniques"),
    target: byId("target"), main: byId("main-settings"),
    more: byId("more-settings") });
  const results = new Results(titles);
  const picks = {};

  async function follow() {
    const state = readHash();
    say("");
    if (state.model) picks.model.value = state.model;
    byId("setup").open = !state.model && !state.group;
    try {
      await fillGroups(state.model, state.group);
      await results.show(state);
      if (byId("results").hidden) byId("setup").open = true;
    } catch (e) {
      byId("results").hidden = true;
      byId("setup").open = true;
      say(e.message);
    }
  }

  for (const name of Object.keys(KINDS))
    picks[name] = makePicker(byId(`${name}-step`), KINDS[name],
      () => picks.dataset && describeChoice(picks));
  await Promise.all(Object.values(picks).map((p) => p.refresh()));
  describeChoice(picks);

  byId("form").onsubmit = async (event) => {
    event.preventDefault();
    const error = byId("form-error");
    error.hidden = true;
    byId("start").disabled = true;
    try {
      const body = { model: picks.model.value, ...form.values() };
      if (picks.dataset.value) body.dataset = picks.dataset.value;
      const answer = await post("/v1/jobs", body);
      writeHash({ model: body.model, group: answer.group });
      await follow();
      byId("results").scrollIntoView({ block: "start" });
    } catch (e) {
      error.textContent = [e.message, ...(e.errors ?? [])
        .map((x) => `${x.pointer}: ${x.detail}`)].join(" ");
      error.hidden = false;
    }
    byId("start").disabled = !picks.model.value;
  };
  byId("group").onchange = () => {
    writeHash({ model: readHash().model, group: byId("group").value });
    follow();
  };
  addEventListener("popstate", follow);
  await follow();
  document.documentElement.dataset.ready = "true";
}

start().catch((e) => say(e.message));
