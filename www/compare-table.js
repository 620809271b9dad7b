/** The comparison as a table: the original first, each job beside it. */

import { el } from "./dom.js";
import * as format from "./format.js";
import { jobDetails } from "./job-details.js";
import { isOriginal } from "./rows.js";

/** `better` is -1 where less is better, 1 where more is. `ratio` names the
 *  row's own ratio; `relative` says to take it to the original's figure. */
const COLUMNS = [
  { key: "label", title: "Technique" },
  { key: "target", title: "Target", hint: "asked for, and reached" },
  { key: "bytes", title: "Size", write: format.bytes, better: -1,
    ratio: "bytes_ratio" },
  { key: "compressed_bytes", title: "Size, zstd", write: format.bytes,
    hint: "compressed with zstd -3", better: -1, relative: true },
  { key: "parameters", title: "Parameters", write: format.count,
    relative: true },
  { key: "nonzeros", title: "Nonzeros", write: format.count,
    relative: true },
  { key: "macs", title: "MACs", write: format.count, better: -1,
    hint: "multiply-accumulates of one sample", ratio: "macs_ratio" },
  { key: "latency_p50_ms", title: "Time, ms", write: format.figure,
    hint: "median inference time", better: -1, ratio: "latency_ratio" },
  { key: "accuracy_top1", title: "Accuracy, %", write: format.percent,
    hint: "top-1 on the test images", better: 1 },
  { key: "accuracy_drop", title: "Drop, points", write: format.percent,
    hint: "accuracy lost", better: -1 },
  { key: "agreement", title: "Agreement, %", write: format.share,
    hint: "same answer as the original", better: 1 },
];

const figureOf = (row, column) => (column.key === "target"
  ? row.achieved : row[column.key]);

function compare(a, b, key, down) {
  const column = COLUMNS.find((c) => c.key === key);
  const [x, y] = [figureOf(a, column), figureOf(b, column)];
  if (format.absent(x) || format.absent(y))
    return format.absent(x) - format.absent(y);
  const order = typeof x === "number" ? x - y
    : String(x).localeCompare(String(y));
  return down ? -order : order;
}

/** The original stays on top; figures that are absent go last. */
function sorted(rows, sort) {
  const [, key, down] = /^([a-z0-9_]+?)(-)?$/.exec(sort ?? "") ?? [];
  if (!COLUMNS.some((c) => c.key === key)) return rows;
  return [...rows.filter(isOriginal), ...rows.filter((r) => !isOriginal(r))
    .sort((a, b) => compare(a, b, key, Boolean(down)))];
}

/** The best of the pruned ones, where there is more than one to choose. */
function bestOf(rows, column) {
  const values = rows.filter((r) => !isOriginal(r)).map((r) => r[column.key])
    .filter((x) => typeof x === "number");
  if (!column.better || values.length < 2) return null;
  return column.better > 0 ? Math.max(...values) : Math.min(...values);
}

function ratioOf(row, column, original) {
  if (isOriginal(row)) return null;
  if (column.ratio) return row[column.ratio];
  if (!column.relative || !original) return null;
  const [x, base] = [row[column.key], original[column.key]];
  return format.absent(x) || !base ? null : x / base;
}

function figureCell(row, column, original, best) {
  const value = row[column.key];
  const ratio = ratioOf(row, column, original);
  const isBest = best !== null && value === best && !isOriginal(row);
  return el("td", { className: `figure${isBest ? " best" : ""}`,
    dataset: { column: column.key, value: value ?? "" },
    title: format.absent(value) ? "not measured"
      : value.toLocaleString("en", { maximumFractionDigits: 6 }) },
    el("span", {}, column.write(value)),
    isBest && el("span", { className: "visually-hidden" }, " (best)"),
    !format.absent(ratio) && el("small", {}, format.change(ratio)));
}

function targetCell(row) {
  const cell = el("td", { className: "figure",
    dataset: { column: "target", value: row.achieved ?? "" } });
  if (isOriginal(row)) return cell;
  cell.append(el("span", {}, format.target(row.target)));
  if (format.absent(row.achieved)) return cell;
  const reached = format.number(row.achieved);
  if (row.target_met === false)
    cell.append(el("small", { className: "bad" }, `✕ only ${reached}`));
  else
    cell.append(el("small", { className: "good" }, `✓ reached ${reached}`));
  return cell;
}

const STATES = { queued: "queued", running: "running…",
  failed: "✕ failed", canceled: "■ canceled" };

function nameCell(row) {
  const cell = el("th", { scope: "row", className: "name" }, row.label);
  if (!row.job) return cell;
  if (row.criterion)
    cell.append(el("small", {}, format.words(row.criterion)));
  if (row.state !== "succeeded")
    cell.append(el("small", { className: row.state === "failed" ? "bad" : "" },
      STATES[row.state] ?? row.state));
  return cell;
}

/** What went wrong, in words, across the figures that are not there. */
function errorRow(row, job) {
  const error = job?.error ?? row.error;
  if (format.absent(error)) return null;
  const { title, detail } = typeof error === "string"
    ? { title: error } : error;
  return el("tr", { className: "error-row" },
    el("td", { colSpan: COLUMNS.length + 1 },
      el("div", { className: "error-text" },
        el("strong", {}, title), detail && `: ${detail}`)));
}

function filesCell(row, toggle) {
  const cell = el("td", { className: "files" });
  if (!row.job) return cell;
  const path = `/v1/jobs/${encodeURIComponent(row.job)}`;
  const link = (name, text, props) =>
    el("a", { href: `${path}/${name}`, ...props }, text);
  if (row.state === "succeeded")
    cell.append(link("model", "model", { download: "",
      title: "download the pruned ONNX file" }), link("report", "report"));
  if (row.state !== "queued") cell.append(link("log", "log"));
  cell.append(toggle);
  return cell;
}

/**
 * Makes the table inside `root`. Returns render(rows, jobs, sort), with
 * `jobs` a map by id; `onSort(sort)` is called with "key" or "key-".
 */
export function makeTable(root, onSort) {
  const opened = new Set();

  function heading(column, sort) {
    const up = sort === column.key;
    const down = sort === `${column.key}-`;
    return el("th", { scope: "col", title: column.hint ?? "",
      "aria-sort": up ? "ascending" : down ? "descending" : "none" },
    el("button", { type: "button", dataset: { column: column.key },
      onclick: () => onSort(up ? `${column.key}-`
        : down ? "" : column.key) }, column.title,
    el("span", { className: "arrow", "aria-hidden": "true" },
      up ? "↑" : down ? "↓" : "")));
  }

  function bodyRows(row, jobs, original, best) {
    const details = el("tr", { className: "details-row",
      hidden: !opened.has(row.job) });
    const toggle = el("button", { type: "button", className: "toggle",
      title: "settings, and the command that repeats this job",
      "aria-expanded": String(opened.has(row.job)),
      "aria-label": `Details of ${row.label}` }, "curl");
    const fill = () => {
      if (details.hidden || details.firstChild) return;
      details.append(el("td", { colSpan: COLUMNS.length + 1 },
        jobDetails(row.job)));
    };
    toggle.onclick = () => {
      details.hidden = !details.hidden;
      if (details.hidden) opened.delete(row.job);
      else opened.add(row.job);
      toggle.setAttribute("aria-expanded", String(!details.hidden));
      fill();
    };
    fill();
    return [el("tr", { className: isOriginal(row) ? "original" : row.state,
      dataset: { technique: row.technique, job: row.job ?? "" } },
    nameCell(row), targetCell(row),
    COLUMNS.slice(2).map((c) => figureCell(row, c, original, best.get(c))),
    filesCell(row, toggle)), errorRow(row, jobs.get(row.job)),
    row.job && details];
  }

  return (rows, jobs, sort) => {
    const focus = root.contains(document.activeElement)
      && document.activeElement.dataset.column;
    const original = rows.find(isOriginal);
    const best = new Map(COLUMNS.map((c) => [c, bestOf(rows, c)]));
    root.replaceChildren(el("div", { className: "scroll", tabIndex: 0,
      role: "region", "aria-label": "Comparison table" },
    el("table", {},
      el("caption", { className: "visually-hidden" },
        "Each technique beside the original"),
      el("thead", {}, el("tr", {}, COLUMNS.map((c) => heading(c, sort)),
        el("th", { scope: "col" }, el("span", {}, "Files")))),
      el("tbody", {}, sorted(rows, sort).flatMap((r) =>
        bodyRows(r, jobs, original, best)).filter(Boolean)))));
    if (focus)
      root.querySelector(`button[data-column="${focus}"]`)?.focus();
  };
}
