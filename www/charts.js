/** Three bar charts: size, inference time and accuracy, a bar a row. */

import { Chart, registerables } from "/vendor/chart.mjs";
import { el } from "./dom.js";
import { absent, change, figure, number, percent, points, step }
  from "./format.js";
import { isOriginal } from "./rows.js";

Chart.register(...registerables);

/** `ratio` or `drop` names what compares a row with the original. */
const KINDS = [
  { key: "bytes", title: "Size", ratio: "bytes_ratio",
    unit: (most) => [`${step(most)[0]}B`, step(most)[1]], write: figure,
    note: "of the ONNX file; shorter is better" },
  { key: "latency_p50_ms", title: "Inference time", ratio: "latency_ratio",
    unit: () => ["ms", 1], write: figure,
    note: "median of one batch; shorter is better" },
  { key: "accuracy_top1", title: "Accuracy", drop: "accuracy_drop",
    unit: () => ["%", 1], write: percent, most: 100,
    note: "top-1 on the test images; longer is better" },
];

/** Pixels: a row of the chart, and the room for the texts beside it. */
const BAR = 36;
const TWO_LINES = 44;
const ROOM = 118;
/** More bars than this no one reads; the table has them all. */
const MOST_BARS = 40;

const color = (name) => getComputedStyle(document.documentElement)
  .getPropertyValue(name).trim();

const MISSING = { failed: "failed", canceled: "canceled", queued: "queued",
  running: "running…" };

/** What stands at a bar's end: the figure, and how it compares. */
function endOf(kind, row, size) {
  const value = row[kind.key];
  if (absent(value))
    return { text: MISSING[row.state] ?? "not measured", missing: true };
  const text = kind.write(value / size);
  if (isOriginal(row)) return { text };
  return { text, note: kind.ratio ? change(row[kind.ratio])
    : points(row[kind.drop]) };
}

/** Writes one text on the panel's ground, and returns where it ends. */
function write(ctx, text, x, y, font, ink) {
  ctx.font = font;
  const { width } = ctx.measureText(text);
  ctx.fillStyle = color("--panel");
  ctx.fillRect(x - 2, y - 9, width + 4, 18);
  ctx.fillStyle = color(ink);
  ctx.fillText(text, x, y);
  return x + width;
}

/** Draws the original's value as a line through all bars, and writes the
 *  figures at the bars' ends. They ride on the data set as `ends`. */
const barEnds = {
  id: "barEnds",

  beforeDatasetsDraw({ ctx, chartArea, scales, data }) {
    const { original } = data.datasets[0];
    if (original === null) return;
    const x = scales.x.getPixelForValue(original);
    ctx.save();
    ctx.strokeStyle = color("--muted");
    ctx.setLineDash([3, 3]);
    ctx.beginPath();
    ctx.moveTo(x, chartArea.top);
    ctx.lineTo(x, chartArea.bottom);
    ctx.stroke();
    ctx.restore();
  },

  afterDatasetsDraw(chart) {
    const { ctx, chartArea, scales, data } = chart;
    const family = Chart.defaults.font.family;
    ctx.save();
    ctx.textBaseline = "middle";
    chart.getDatasetMeta(0).data.forEach((bar, i) => {
      const { text, note, missing } = data.datasets[0].ends[i];
      const y = scales.y.getPixelForValue(i);
      if (missing) {
        write(ctx, text, chartArea.left + 7, y, `italic 12.5px ${family}`,
          "--muted");
        return;
      }
      const end = write(ctx, text, bar.x + 7, y, `600 12.5px ${family}`,
        "--text");
      if (note) write(ctx, note, end + 6, y, `11.5px ${family}`, "--muted");
    });
    ctx.restore();
  },
};

function options(kind, most, unit, size) {
  return {
    indexAxis: "y", responsive: true, maintainAspectRatio: false,
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches
      ? false : { duration: 400 },
    layout: { padding: { right: ROOM } },
    plugins: { legend: { display: false }, tooltip: { displayColors: false,
      callbacks: { label: (item) => ` ${item.raw.toLocaleString("en")} ${
        size === 1 ? unit : "bytes"}` } } },
    scales: {
      x: { beginAtZero: true, max: kind.most ?? (most || 1),
        grid: { color: color("--grid"), drawBorder: false },
        ticks: { color: color("--muted"), maxTicksLimit: 5,
          includeBounds: false, callback: (v) => number(v / size) } },
      y: { grid: { display: false, drawBorder: false },
        ticks: { color: color("--text"), autoSkip: false,
          font: { size: 12.5 } } },
    },
  };
}

function describe(title, rows, ends) {
  return `${title}. ${rows.map((r, i) =>
    [r.label, ends[i].text, ends[i].note].filter(Boolean).join(" "))
    .join("; ")}.`;
}

/** One figure's card; a chart that is there is changed, not drawn anew. */
class FigureChart {
  constructor(kind) {
    this.kind = kind;
    this.unit = el("span", { className: "unit" });
    this.note = el("small", { className: "muted" });
    this.canvas = el("canvas", { id: `chart-${kind.key}`, role: "img" });
    this.box = el("div", { className: "canvas-box" }, this.canvas);
    this.element = el("figure", { className: "card chart" },
      el("figcaption", {}, el("h3", {}, kind.title, " ", this.unit),
        this.note), this.box);
  }

  /** Draws `rows`, the newest of `all` jobs and the original. */
  render(rows, all) {
    const { kind } = this;
    const values = rows.map((r) => r[kind.key] ?? null);
    const most = Math.max(0, ...values);
    const [unit, size] = kind.unit(most);
    const ends = rows.map((r) => endOf(kind, r, size));
    this.unit.textContent = unit;
    this.note.textContent = kind.note + (all >= rows.length
      ? `; the newest ${rows.length - 1} of ${all}` : "");
    const bar = rows.some((r) => r.lines.length > 1) ? TWO_LINES : BAR;
    this.box.style.height = `${rows.length * bar + 34}px`;
    this.canvas.setAttribute("aria-label",
      describe(`${kind.title} in ${unit}`, rows, ends));
    this.draw(rows.map((r) => r.lines), {
      data: values, ends, original: values[rows.findIndex(isOriginal)] ?? null,
      barThickness: 18, borderRadius: 3, backgroundColor: rows.map((r) =>
        color(isOriginal(r) ? "--bar-original" : "--bar")),
    }, options(kind, most, unit, size));
  }

  draw(labels, set, now) {
    if (!this.chart) {
      this.chart = new Chart(this.canvas, { type: "bar", plugins: [barEnds],
        data: { labels, datasets: [set] }, options: now });
      return;
    }
    Object.assign(this.chart.data.datasets[0], set);
    this.chart.data.labels = labels;
    this.chart.options = now;
    this.chart.update();
  }
}

/** Puts the charts into `root`; returns what draws given rows. */
export function makeCharts(root) {
  const charts = KINDS.map((f) => new FigureChart(f));
  let last = [];
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  root.replaceChildren(...charts.map((c) => c.element));
  const render = (rows) => {
    last = rows;
    const newest = [...rows.filter(isOriginal),
      ...rows.filter((r) => !isOriginal(r)).slice(-MOST_BARS)];
    for (const chart of charts) chart.render(newest, rows.length - 1);
  };
  matchMedia("(prefers-color-scheme: dark)")
    .addEventListener("change", () => render(last));
  return render;
}
