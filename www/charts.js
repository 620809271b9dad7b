/** Three bar charts: size, inference time and accuracy, a bar a row. */

import { Chart, registerables } from "/vendor/chart.mjs";
import { el } from "./dom.js";
import { change, number, percent, step } from "./format.js";
import { isOriginal } from "./rows.js";

Chart.register(...registerables);

/** `ratio` names the row's own ratio; without one the difference in points
 *  is what counts. `fewer` says whether less is better. */
const FIGURES = [
  { key: "bytes", title: "Size", ratio: "bytes_ratio",
    unit: (most) => [`${step(most)[0]}B`, step(most)[1]], write: number,
    note: "of the ONNX file; shorter is better" },
  { key: "latency_p50_ms", title: "Inference time", ratio: "latency_ratio",
    unit: () => ["ms", 1], write: number,
    note: "median of one batch; shorter is better" },
  { key: "accuracy_top1", title: "Accuracy", drop: "accuracy_drop",
    unit: () => ["%", 1], write: percent, most: 100,
    note: "top-1 on the test images; longer is better" },
];

const BAR = 36;

const color = (name) => getComputedStyle(document.documentElement)
  .getPropertyValue(name).trim();

/** What stands at a bar's end: the figure, and how it compares. */
function endOf(figure, row, size) {
  const value = row[figure.key];
  if (value === null || value === undefined)
    return { text: missing(row), note: "", absent: true };
  const text = figure.write(value / size);
  if (isOriginal(row)) return { text, note: "" };
  if (figure.ratio) return { text, note: change(row[figure.ratio]) };
  const drop = row[figure.drop];
  return { text, note: drop === null || drop === undefined ? ""
    : `${drop > 0 ? "−" : "+"}${Math.abs(drop).toFixed(1)}` };
}

const missing = (row) => ({ failed: "failed", canceled: "canceled",
  queued: "queued", running: "running…" })[row.state] ?? "not measured";

/** Writes the figures at the bars' ends, and draws the original's value
 *  through all of them. The ends ride on the data set as `ends`. */
const labels = {
  id: "barEnds",
  afterDatasetsDraw(chart) {
    const { ctx, chartArea, scales } = chart;
    const { ends, original } = chart.data.datasets[0];
    const family = getComputedStyle(document.body).fontFamily;
    ctx.save();
    if (original !== null) {
      const x = scales.x.getPixelForValue(original);
      ctx.strokeStyle = color("--muted");
      ctx.setLineDash([3, 3]);
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
    }
    ctx.textBaseline = "middle";
    chart.getDatasetMeta(0).data.forEach((bar, i) => {
      const { text, note, absent } = ends[i];
      const y = scales.y.getPixelForValue(i);
      const x = (absent ? chartArea.left : bar.x) + 7;
      ctx.font = `${absent ? "italic " : "600 "}12.5px ${family}`;
      const width = ctx.measureText(text).width;
      ctx.fillStyle = color("--panel");
      ctx.fillRect(x - 2, y - 9, width + 4, 18);
      ctx.fillStyle = color(absent ? "--muted" : "--text");
      ctx.fillText(text, x, y);
      if (!note) return;
      ctx.font = `11.5px ${family}`;
      ctx.fillStyle = color("--panel");
      ctx.fillRect(x + width + 4, y - 9, ctx.measureText(note).width + 4, 18);
      ctx.fillStyle = color("--muted");
      ctx.fillText(note, x + width + 6, y);
    });
    ctx.restore();
  },
};

function options(figure, unit, size) {
  const text = color("--text");
  return {
    indexAxis: "y", responsive: true, maintainAspectRatio: false,
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches
      ? false : { duration: 400 },
    layout: { padding: { right: 96 } },
    plugins: { legend: { display: false }, tooltip: { displayColors: false,
      callbacks: { label: (item) =>
        ` ${item.raw.toLocaleString("en")} ${size === 1 ? unit : "bytes"}` } } },
    scales: {
      x: { beginAtZero: true, max: figure.most,
        grid: { color: color("--grid"), drawBorder: false },
        ticks: { color: color("--muted"), maxTicksLimit: 5,
          callback: (v) => number(v / size) } },
      y: { grid: { display: false, drawBorder: false },
        ticks: { color: text, autoSkip: false, font: { size: 12.5 } } },
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
  constructor(figure) {
    this.figure = figure;
    this.unit = el("span", { className: "unit" });
    this.canvas = el("canvas", { id: `chart-${figure.key}`, role: "img" });
    this.box = el("div", { className: "canvas-box" }, this.canvas);
    this.element = el("figure", { className: "card chart" },
      el("figcaption", {}, el("h3", {}, figure.title, " ", this.unit),
        el("small", { className: "muted" }, figure.note)), this.box);
  }

  render(rows) {
    const { figure } = this;
    const values = rows.map((r) => r[figure.key] ?? null);
    const [unit, size] = figure.unit(Math.max(0, ...values));
    const ends = rows.map((r) => endOf(figure, r, size));
    const original = rows.findIndex(isOriginal);
    const set = { data: values, ends, minBarLength: 1, borderRadius: 3,
      original: original < 0 ? null : values[original],
      barThickness: 18, backgroundColor: rows.map((r) =>
        color(isOriginal(r) ? "--bar-original" : "--bar")) };
    this.unit.textContent = unit;
    this.box.style.height = `${rows.length * BAR + 34}px`;
    this.canvas.setAttribute("aria-label",
      describe(`${figure.title} in ${unit}`, rows, ends));
    const data = { labels: rows.map((r) => r.label), datasets: [set] };
    const now = options(figure, unit, size);
    if (this.chart) {
      Object.assign(this.chart.data.datasets[0], set);
      this.chart.data.labels = data.labels;
      this.chart.options = now;
      this.chart.update();
    } else {
      this.chart = new Chart(this.canvas, { type: "bar", data, options: now,
        plugins: [labels] });
    }
  }
}

/** Puts the charts into `root`; returns what draws given rows. */
export function makeCharts(root) {
  const charts = FIGURES.map((f) => new FigureChart(f));
  let last = [];
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  root.replaceChildren(...charts.map((c) => c.element));
  const render = (rows) => {
    last = rows;
    for (const chart of charts) chart.render(rows);
  };
  matchMedia("(prefers-color-scheme: dark)")
    .addEventListener("change", () => render(last));
  return render;
}
