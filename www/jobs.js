/** Following jobs while they run: by their event streams, and by asking
 *  again and again where no stream can be had. */

import { get, list } from "./api.js";
import { follow } from "./events.js";

/** A browser opens six connections to one host; the page needs some too. */
const MAX_STREAMS = 3;
const POLL_MS = 2000;

const pause = () => new Promise((wake) => setTimeout(wake, POLL_MS));

export const isOpen = (job) =>
  job.state === "queued" || job.state === "running";

/** Jobs that run come first, then those that are next in the queue. */
function byUrgency(a, b) {
  const rank = (j) => (j.state === "running" ? 0 : 1);
  return rank(a) - rank(b) || (a.position ?? 0) - (b.position ?? 0);
}

/**
 * Watches the jobs that `path` lists; `onChange(jobs)` is called whenever
 * something is known newly. Returns {ready, stop}: `ready` is settled after
 * the first list.
 */
export function watchJobs(path, onChange) {
  const stopped = new AbortController();
  const { signal } = stopped;
  const jobs = new Map();
  const watched = new Set();

  const tell = () => {
    if (!signal.aborted) onChange([...jobs.values()]);
  };

  const take = (job) => jobs.set(job.id, job);

  async function reload() {
    const now = await list(path);
    const ids = new Set(now.map((j) => j.id));
    for (const id of jobs.keys())
      if (!ids.has(id)) jobs.delete(id); // deleted meanwhile
    now.forEach(take);
    tell();
    fill();
  }

  /** The same, until it works. */
  async function reloadSurely() {
    while (!signal.aborted)
      try {
        await reload();
        return;
      } catch {
        await pause();
      }
  }

  function onEvent(id, type, data) {
    const job = jobs.get(id);
    if (!job) return;
    if (type === "progress") job.progress = data;
    else if (type === "state" && data.state === "running")
      job.state = "running";
    else return; // how it ended, the job itself will say
    tell();
  }

  async function poll(id) {
    while (!signal.aborted && jobs.has(id) && isOpen(jobs.get(id))) {
      await pause();
      try {
        take(await get(`/v1/jobs/${id}`, { signal }));
        tell();
      } catch (e) {
        if (e.status === 404) return; // deleted meanwhile
      }
    }
  }

  async function watch(id) {
    watched.add(id);
    await follow(`/v1/jobs/${id}/events`,
      (type, data) => onEvent(id, type, data), signal);
    if (signal.aborted) return;
    try {
      take(await get(`/v1/jobs/${id}`, { signal }));
    } catch { /* polling goes on trying */ }
    await poll(id);
    watched.delete(id);
    await reloadSurely();
  }

  function fill() {
    const next = [...jobs.values()].filter(isOpen).sort(byUrgency);
    for (const job of next) {
      if (watched.size >= MAX_STREAMS) break;
      if (!watched.has(job.id)) watch(job.id);
    }
  }

  return { ready: reload(), stop: () => stopped.abort() };
}
