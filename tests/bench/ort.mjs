#!/usr/bin/env node
// Runs a network in ONNX Runtime on request: the counterpart of dense.c,
// with the same arguments but KIND, and the same answers.
// usage: ort.mjs MODEL BATCH THREADS OUTPUT INPUT...
// onnxruntime-node is looked for in tests/browser, or in $NODE_MODULES_AT.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const at = process.env.NODE_MODULES_AT ?? path.join(here, "../browser");
const ort = createRequire(path.join(at, "x.js"))("onnxruntime-node");

const memory = (field) =>
  +readFileSync("/proc/self/status", "utf8")
    .split("\n").find((l) => l.startsWith(field)).match(/\d+/)[0];

const [model, batch, threads, output, ...inputs] = process.argv.slice(2);
const before = memory("VmRSS");
const start = performance.now();
const session = await ort.InferenceSession.create(model, {
  intraOpNumThreads: +threads,
  interOpNumThreads: 1,
  graphOptimizationLevel: "all",
  logSeverityLevel: 3,
});
const opened = performance.now();
const kinds = { float32: Float32Array, int64: BigInt64Array };
const feeds = {};
session.inputMetadata.forEach((input, i) => {
  const shape = input.shape.map((d, k) =>
    typeof d === "number" ? d : k === 0 ? +batch : 1);
  const bytes = readFileSync(inputs[i]);
  const data = new kinds[input.type](new Uint8Array(bytes).buffer);
  feeds[input.name] = new ort.Tensor(input.type, data, shape);
});
const run = performance.now();
const first = await session.run(feeds);
const took = performance.now() - run;
writeFileSync(output, first[session.outputNames[0]].data);
console.log((opened - start).toFixed(3), took.toFixed(3));
for await (const line of readline.createInterface({ input: process.stdin })) {
  const times = [];
  for (let i = +line.split(" ")[1]; i > 0; i--) {
    const start = performance.now();
    await session.run(feeds);
    times.push((performance.now() - start).toFixed(5));
  }
  console.log(times.join(" "));
}
console.log(memory("VmHWM") - before);
