#!/usr/bin/env node
// Runs ONNX models in ONNX Runtime on .npy inputs and writes .npy outputs.
//
// usage: ort_run.mjs MODEL --input NAME=FILE.npy... --output-dir DIR
//                    [--threads N] [--runs N]
//        ort_run.mjs --batch FILE   one model a line, "-" is standard input:
//                    MODEL <tab> NAME=FILE.npy[,NAME=FILE.npy] <tab> DIR
//
// One line of JSON a model goes to standard output: inputs, outputs, and
// p50_ms where runs were asked for; in a batch a model that fails has
// "error" instead, and the exit status is 1.
// onnxruntime-node is found in tests/browser/node_modules.
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(path.join(here, "../browser/index.js"));
const ort = require("onnxruntime-node");

const types = {
  "<f4": ["float32", Float32Array],
  "<f8": ["float64", Float64Array],
  "<i8": ["int64", BigInt64Array],
  "<i4": ["int32", Int32Array],
  "|u1": ["uint8", Uint8Array],
  "|b1": ["bool", Uint8Array],
};

function readNpy(file) {
  const bytes = fs.readFileSync(file);
  const start = bytes[6] === 1 ? 10 : 12;
  const length = bytes[6] === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const header = bytes.toString("latin1", start, start + length);
  const [type, View] = types[/'descr': '([^']+)'/.exec(header)[1]];
  const dims = /'shape': \(([^)]*)\)/.exec(header)[1]
    .split(",").map((s) => s.trim()).filter(Boolean).map(Number);
  // A copy, because a view needs its data aligned.
  const raw = new Uint8Array(bytes.subarray(start + length)).buffer;
  return new ort.Tensor(type, new View(raw), dims);
}

function writeNpy(file, tensor) {
  const descr = Object.keys(types).find((k) => types[k][0] === tensor.type);
  const { dims, data } = tensor;
  const shape = `(${dims.join(", ")}${dims.length === 1 ? "," : ""})`;
  let header =
    `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  header = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + "\n";
  const lead = Buffer.from("\x93NUMPY\x01\x00\x00\x00", "latin1");
  lead.writeUInt16LE(header.length, 8);
  const body = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  fs.writeFileSync(file, Buffer.concat([lead, Buffer.from(header), body]));
}

async function run({ model, inputs, dir, threads = 1, runs = 0 }) {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const feeds = {};
  for (const input of inputs) {
    const at = input.indexOf("=");
    feeds[input.slice(0, at)] = readNpy(input.slice(at + 1));
  }
  const results = await session.run(feeds);
  if (dir) {
    fs.mkdirSync(dir, { recursive: true });
    for (const [name, tensor] of Object.entries(results))
      writeNpy(path.join(dir, name.replaceAll("/", "_") + ".npy"), tensor);
  }
  const times = [];
  for (let i = 0; i < runs; i++) {
    const from = performance.now();
    await session.run(feeds);
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  const line = { model, inputs: session.inputNames,
    outputs: session.outputNames, p50_ms: times[times.length >> 1] };
  await session.release();
  return line;
}

async function runBatch(file) {
  const text = fs.readFileSync(file === "-" ? 0 : file, "utf8");
  for (const line of text.split("\n").filter(Boolean)) {
    const [model, inputs, dir] = line.split("\t");
    try {
      const done = await run({ model, inputs: inputs.split(","), dir });
      console.log(JSON.stringify(done));
    } catch (error) {
      console.log(JSON.stringify({ model, error: String(error.message) }));
      process.exitCode = 1;
    }
  }
}

const args = process.argv.slice(2);
const job = { inputs: [] };
let batch;
while (args.length) {
  const a = args.shift();
  if (a === "--batch") batch = args.shift();
  else if (a === "--input") job.inputs.push(args.shift());
  else if (a === "--output-dir") job.dir = args.shift();
  else if (a === "--threads") job.threads = Number(args.shift());
  else if (a === "--runs") job.runs = Number(args.shift());
  else if (!a.startsWith("--") && !job.model) job.model = a;
  else throw new Error(`unknown argument ${a}`);
}
if (batch) await runBatch(batch);
else console.log(JSON.stringify(await run(job)));
