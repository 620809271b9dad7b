/**
 * Drives the dashboard of a running daemon in headless Chromium, from upload
 * to charts, and holds what the page shows against what the daemon says.
 *
 *   node dashboard.mjs URL MODEL.onnx DATA.npz OUT [--update-docs FOLDER]
 *
 * Pictures are left in the folder OUT. Nothing waits for a fixed time.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { chromium } from "playwright-core";
import { finish, test } from "./tap.mjs";

const [url, modelFile, dataFile, out, flag, docs] = process.argv.slice(2);
const model = basename(modelFile);
const data = basename(dataFile);
const MINUTES = 60_000;
const NORMALISATION = { scale: "255", mean: "0.2860", std: "0.3530",
  layout: "NHW" };
const FIGURES = ["bytes", "latency_p50_ms", "accuracy_top1"];

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update",
    "--disable-sync"] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 },
  reducedMotion: "reduce", colorScheme: "light" });
page.setDefaultTimeout(MINUTES / 2);

/** What the browser complained of. A refusal that a test provokes is also
 *  printed there by Chromium, and is told by its status. */
const complaints = [];
const streams = [];
page.on("pageerror", (e) => complaints.push(String(e.stack)));
page.on("console", (m) => {
  if (["error", "warning"].includes(m.type())
    && !/the server responded with a status of 4(04|22)/.test(m.text()))
    complaints.push(`${m.type()}: ${m.text()}`);
});
page.on("response", (r) => {
  if (r.url().endsWith("/events"))
    streams.push(r.headers()["content-type"] ?? "");
});

const ask = async (path, options) => {
  const response = await fetch(url + path, options);
  assert.ok(response.ok, `${path} answers ${response.status}`);
  return response;
};
const get = async (path) => (await ask(path)).json();
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const hash = () => Object.fromEntries(
  new URLSearchParams(new URL(page.url()).hash.slice(1)));
const compareUrl = () => (hash().group
  ? `/v1/compare?group=${hash().group}` : `/v1/compare?model=${hash().model}`);

/** Chooses a file and waits until the daemon has it. */
async function upload(collection, file, values = {}) {
  await page.setInputFiles(`#${collection}-file`, file);
  for (const [label, value] of Object.entries(values)) {
    const control = page.locator(".upload").getByLabel(label, { exact: true });
    if (label === "Layout") await control.selectOption(value);
    else await control.fill(value);
  }
  await page.click(".upload .primary");
  await page.waitForFunction(([id, name]) =>
    document.querySelector(`#${id}-select`).value === name,
  [collection, basename(file)]);
}

/** Waits until every job that the page shows is over. */
const allOver = (n) => page.waitForFunction((jobs) =>
  document.querySelector("#progress").hidden && document.querySelectorAll(
    "tbody tr:is(.succeeded, .failed, .canceled)").length === jobs,
n, { timeout: 5 * MINUTES });

/** What the three charts hold, and what their bars and pixels say. */
const readCharts = () => page.evaluate(async (keys) => {
  const { Chart } = await import("/vendor/chart.mjs");
  return Object.fromEntries(keys.map((key) => {
    const chart = Chart.getChart(`chart-${key}`);
    const { x } = chart.scales;
    const { labels, datasets: [set] } = chart.data;
    // A copy, because reading back slows the page's own canvas down.
    const copy = new OffscreenCanvas(chart.canvas.width, chart.canvas.height)
      .getContext("2d", { willReadFrequently: true });
    copy.drawImage(chart.canvas, 0, 0);
    const bars = chart.getDatasetMeta(0).data.map((bar, i) => {
      const scale = chart.currentDevicePixelRatio;
      const middle = bar.getCenterPoint();
      const rgb = [...copy.getImageData(middle.x * scale, middle.y * scale,
        1, 1).data].slice(0, 3);
      return { label: labels[i].join(" "), value: set.data[i],
        drawn: x.getValueForPixel(bar.x), from: x.getValueForPixel(bar.base),
        pixel: `#${rgb.map((v) => v.toString(16).padStart(2, "0")).join("")}`,
        color: set.backgroundColor[i],
        perPixel: (x.max - x.min) / x.width };
    });
    return [key, bars];
  }));
}, FIGURES);

/** The table's rows: technique, job, and the figures by column. */
const readTable = () => page.$$eval("tbody tr[data-technique]", (rows) =>
  rows.map((row) => ({ technique: row.dataset.technique,
    job: row.dataset.job || null, label: row.cells[0].firstChild.textContent,
    figures: Object.fromEntries([...row.querySelectorAll("td.figure")].map(
      (td) => [td.dataset.column, { value: td.dataset.value,
        text: td.firstChild?.textContent ?? "" }])) })));

function chartsEqual(charts, rows) {
  for (const key of FIGURES) {
    assert.equal(charts[key].length, rows.length, `${key}: a bar a row`);
    rows.forEach((row, i) => {
      const bar = charts[key][i];
      const value = row[key] ?? null;
      assert.equal(bar.value, value, `${key} of ${bar.label}`);
      if (value === null) return;
      assert.ok(Math.abs(bar.drawn - value) <= bar.perPixel,
        `${key} of ${bar.label}: drawn to ${bar.drawn}, is ${value}`);
      assert.ok(Math.abs(bar.from) <= bar.perPixel, "bars begin at 0");
      assert.equal(bar.pixel, bar.color, `${key} of ${bar.label} is painted`);
    });
  }
}

await page.goto(url);
await page.waitForSelector("html[data-ready]");
const service = await get("/v1");
const techniques = service.techniques.map((t) => t.name);

await test("the form offers what the daemon can do", async () => {
  const offered = await page.$$eval("[name=technique]", (inputs) =>
    inputs.map((i) => i.value));
  assert.deepEqual(offered, ["all", ...techniques]);
  assert.equal(techniques.length, 5);
});

await test("0 is a figure, and what is absent is a dash", async () => {
  const texts = await page.evaluate(async () => {
    const f = await import("/format.js");
    return { zero: [f.bytes(0), f.count(0), f.figure(0), f.percent(0),
      f.share(0), f.number(0)], none: [null, undefined, ""].flatMap((x) =>
      [f.bytes(x), f.count(x), f.figure(x), f.percent(x), f.share(x)]),
    some: [f.bytes(1023456), f.bytes(999), f.bytes(12000), f.count(273066),
      f.figure(0.15), f.percent(-0.25), f.change(0.51), f.change(1),
      f.change(1.2), f.points(1.5), f.points(0), f.target({ sparsity: 0 })] };
  });
  assert.deepEqual(texts.zero.map((t) => t.replace(/ .*/, "")),
    Array(6).fill("0"));
  assert.deepEqual([...new Set(texts.none)], ["–"]);
  assert.deepEqual(texts.some, ["1.02 MB", "999 B", "12.0 kB", "273 k",
    "0.150", "−0.25", "−49 %", "±0 %", "+20 %", "−1.5 pt", "±0",
    "sparsity 0"]);
});

await test("events come out whole, wherever the stream is cut", async () => {
  const same = await page.evaluate(async () => {
    const { EventParser } = await import("/events.js");
    const text = "retry: 3000\n\n: beat\n\nid: 1\nevent: state\ndata: {}\r\n"
      + "\r\nid: 2\ndata: a\ndata: b\n\nevent: log\n\ndata: c\n\n";
    const read = (pieces) => {
      const parser = new EventParser();
      return JSON.stringify(pieces.flatMap((p) => parser.push(p)));
    };
    const whole = read([text]);
    const cuts = [...text].map((_, i) => read([text.slice(0, i),
      text.slice(i)]));
    return { whole: JSON.parse(whole), all: cuts.every((c) => c === whole),
      letters: read([...text]) === whole };
  });
  assert.deepEqual(same.whole, [{ type: "state", id: "1", data: "{}" },
    { type: "message", id: "2", data: "a\nb" },
    { type: "message", id: "2", data: "c" }]);
  assert.ok(same.all && same.letters);
});

await test("a file that is no model is refused in words", async () => {
  await page.setInputFiles("#models-file", { name: "junk.onnx",
    mimeType: "application/octet-stream",
    buffer: Buffer.from("junk, and no network at all") });
  await page.click(".upload .primary");
  const error = page.locator(".upload .field-error");
  await error.waitFor();
  assert.match(await error.textContent(), /\w+ \w+ \w+/);
  await page.getByRole("button", { name: "Cancel" }).click();
  const { items } = await get("/v1/models");
  assert.ok(!items.some((m) => m.name === "junk.onnx"));
});

await test("a model is uploaded, byte for byte", async () => {
  await upload("models", modelFile);
  const stored = await ask(`/v1/models/${model}/file`);
  assert.equal(sha256(Buffer.from(await stored.arrayBuffer())),
    sha256(readFileSync(modelFile)));
});

await test("a data set is uploaded with its normalisation", async () => {
  const sent = page.waitForRequest((r) => r.method() === "PUT"
    && r.url().includes("/v1/datasets/"));
  await upload("datasets", dataFile, { Scale: NORMALISATION.scale,
    Mean: NORMALISATION.mean, Deviation: NORMALISATION.std,
    Layout: NORMALISATION.layout });
  assert.deepEqual(Object.fromEntries(
    new URL((await sent).url()).searchParams), NORMALISATION);
  assert.ok((await get("/v1/datasets")).items.some((d) => d.name === data));
});

await test("a sparsity of 1.5 is refused beside the form", async () => {
  await page.fill("#target-value", "1.5");
  await page.click("#start");
  await page.locator("#form-error").waitFor();
  assert.match(await page.textContent("#form-error"), /sparsity/);
  assert.equal((await get("/v1/jobs")).items.length, 0);
  await page.fill("#target-value", "0.5");
});

await test("all techniques run, and their progress shows live", async () => {
  await page.click("#start");
  await page.waitForSelector("#progress li.running");
  assert.equal(await page.locator("#progress li").count(), techniques.length);
  await page.waitForSelector("tr.succeeded");
  await page.screenshot({ path: join(out, "dashboard-running.png"),
    fullPage: true });
  await allOver(techniques.length);
  assert.ok(streams.some((t) => t.startsWith("text/event-stream")),
    "progress came as an event stream");
  assert.deepEqual(Object.keys(hash()), ["model", "group"]);
});

const compare = async () => (await get(compareUrl())).rows;
const rows = await compare();
const { group } = hash();

await test("every technique succeeded, and has all its figures", () => {
  assert.deepEqual(rows.map((r) => r.technique), ["none", ...techniques]);
  for (const row of rows.slice(1)) {
    assert.equal(row.state, "succeeded", `${row.technique}: ${row.error}`);
    for (const key of FIGURES)
      assert.equal(typeof row[key], "number", `${row.technique} ${key}`);
  }
});

await test("the bars are what /v1/compare says", async () => {
  chartsEqual(await readCharts(), rows);
});

await test("the table is what /v1/compare says", async () => {
  const table = await readTable();
  assert.deepEqual(table.map((r) => r.job), rows.map((r) => r.job ?? null));
  rows.forEach((row, i) => {
    for (const [column, cell] of Object.entries(table[i].figures)) {
      const value = column === "target" ? row.achieved : row[column];
      assert.equal(cell.value, String(value ?? ""),
        `${column} of ${row.technique}`);
      if (value === 0) assert.equal(cell.text.replace(/ .*/, ""), "0");
      if (column !== "target")
        assert.equal(cell.text === "–", (value ?? null) === null);
    }
  });
});

await test("pictures by day and by night, the charts following", async () => {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(out, "dashboard.png"), fullPage: true });
  const light = (await readCharts()).bytes[0].color;
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction(async (color) => {
    const { Chart } = await import("/vendor/chart.mjs");
    const [set] = Chart.getChart("chart-bytes").data.datasets;
    return set.backgroundColor[0] !== color;
  }, light);
  chartsEqual(await readCharts(), rows);
  await page.screenshot({ path: join(out, "dashboard-dark.png"),
    fullPage: true });
  await page.emulateMedia({ colorScheme: "light" });
  if (flag === "--update-docs")
    copyFileSync(join(out, "dashboard.png"), join(docs, "dashboard.png"));
});

await test("the table sorts by keyboard, the original staying on top",
  async () => {
    for (const [order, arrow] of [[1, "ascending"], [-1, "descending"]]) {
      await page.focus("thead button[data-column=bytes]");
      await page.keyboard.press("Enter");
      assert.equal(await page.getAttribute(
        "thead th:has(button[data-column=bytes])", "aria-sort"), arrow);
      const [first, ...rest] = await readTable();
      assert.equal(first.technique, "none");
      const sizes = rest.map((r) => Number(r.figures.bytes.value));
      assert.deepEqual(sizes, sizes.toSorted((a, b) => order * (a - b)));
    }
    assert.equal(hash().sort, "bytes-");
  });

await test("the address leads back to the same comparison", async () => {
  await page.goto("about:blank");
  await page.goBack();
  await page.waitForSelector("html[data-ready]");
  await page.waitForSelector("tr.succeeded");
  chartsEqual(await readCharts(), rows);
  assert.equal(await page.inputValue("#models-select"), model);
  await page.goto("about:blank");
  await page.goto(`${url}/#group=${group}`);
  await page.waitForSelector("tr.succeeded");
  assert.equal(await page.textContent("#results-title"), model);
});

await test("a row leads to its model, report, log and command", async () => {
  const row = rows.find((r) => r.technique === "structured");
  const tr = page.locator("tr[data-technique=structured]");
  const href = (name) => tr.getByRole("link", { name }).getAttribute("href");
  const pruned = await ask(await href("model"));
  assert.equal((await pruned.arrayBuffer()).byteLength, row.bytes);
  assert.equal((await get(await href("report"))).technique, "structured");
  await ask(await href("log"));
  await tr.getByRole("button", { name: "Details of Structured" }).click();
  const command = await page.textContent(".details code");
  const again = JSON.parse(execFileSync("sh", ["-c", `${command} -sS`]));
  assert.equal(again.technique, "structured");
  assert.deepEqual(again.target, row.target);
  await ask(`/v1/jobs/${again.id}/cancel`, { method: "POST" });
});

await test("the CSV is the same table", async () => {
  const csv = await (await ask(await page.getAttribute("#csv", "href"))).text();
  const lines = csv.trim().split(/\r?\n/);
  assert.equal(lines.length, rows.length + 1);
  assert.match(lines[0], /^job,state,technique,criterion,target,achieved,/);
  rows.forEach((r, i) => assert.ok(lines[i + 1].includes(r.technique)));
});

await test("a failure is told in words, also without event streams",
  async () => {
    await page.route("**/events", (route) => route.fulfill({ status: 204 }));
    await page.click("#setup > summary");
    await page.check("[name=technique][value=neuron]");
    await page.fill("#target-value", "0.999");
    const posted = page.waitForResponse((r) => r.url().endsWith("/v1/jobs")
      && r.request().method() === "POST");
    await page.click("#start");
    const job = await (await posted).json();
    const line = page.locator(`tr[data-job="${job.id}"].failed`);
    await line.waitFor({ timeout: 2 * MINUTES });
    const { error } = await get(`/v1/jobs/${job.id}`);
    const text = await page.textContent(
      `tr[data-job="${job.id}"] + .error-row`);
    assert.ok(text.includes(error.title) && text.includes(error.detail));
    chartsEqual(await readCharts(), await compare());
  });

await test("several sparsities are several jobs, each with its Cancel",
  async () => {
    await page.unroute("**/events");
    await page.click("#setup > summary");
    await page.check("[name=technique][value=layer]");
    await page.fill("#target-value", "0.3, 0.4, 0.5");
    await page.click("#start");
    await page.waitForFunction(() =>
      document.querySelectorAll("#progress li").length === 3);
    const jobs = await page.$$eval("#progress li", (lines) =>
      lines.map((li) => li.dataset.job));
    const names = await page.$$eval("#progress .name", (spans) =>
      spans.map((span) => span.textContent));
    assert.deepEqual(names, ["Layer 0.3", "Layer 0.4", "Layer 0.5"]);
    for (const name of names.slice(1).reverse())
      await page.getByRole("button", { name: `Cancel ${name}` }).click();
    await ask(`/v1/jobs/${jobs[0]}/cancel`, { method: "POST" });
    await allOver(3);
    for (const job of jobs.slice(1))
      assert.equal((await get(`/v1/jobs/${job}`)).state, "canceled");
    assert.ok(await page.locator("tr.canceled").count() >= 2);
  });

await test("a narrow window shows everything without sideways scrolling",
  async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    const [wide, width] = await page.evaluate(() =>
      [document.documentElement.scrollWidth, innerWidth]);
    assert.equal(wide, width);
    await page.screenshot({ path: join(out, "dashboard-narrow.png"),
      fullPage: true });
  });

await test("the browser has nothing to complain of", () =>
  assert.deepEqual(complaints, []));

await browser.close();
process.exitCode = finish() ? 0 : 1;
