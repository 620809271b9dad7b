#!/usr/bin/env node
// Times a network in ONNX Runtime on random inputs; prints the median
// milliseconds of a run. usage: ort.mjs MODEL [BATCH [THREADS [ROUNDS]]]
// onnxruntime-node is looked for in tests/browser, or in $NODE_MODULES_AT.
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const at = process.env.NODE_MODULES_AT ?? path.join(here, "../browser");
const ort = createRequire(path.join(at, "x.js"))("onnxruntime-node");

const [model, batch = "1", threads = "1", rounds = "200"] =
  process.argv.slice(2);
const session = await ort.InferenceSession.create(model, {
  intraOpNumThreads: +threads,
  interOpNumThreads: 1,
  graphOptimizationLevel: "all",
  logSeverityLevel: 3,
});
const feeds = {};
for (const input of session.inputMetadata) {
  const shape = input.shape.map((d, i) =>
    typeof d === "number" ? d : i === 0 ? +batch : 1);
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  feeds[input.name] =
    new ort.Tensor("float32", data.map(() => Math.random() - 0.5), shape);
}
const times = [];
for (let i = -5; i < +rounds; i++) {
  const start = performance.now();
  await session.run(feeds);
  if (i >= 0) times.push(performance.now() - start);
}
times.sort((a, b) => a - b);
console.log(times[times.length >> 1].toFixed(4));
