// Runs one signature of a .tflite file on all samples, in turns, and posts what came out and how long each run took.
import {loadAndCompile, loadLiteRt, Tensor} from '@litertjs/core';

const WASM = '/node_modules/@litertjs/core/wasm/';
const ARRAYS = {float32: Float32Array, int32: Int32Array, uint8: Uint8Array};

// The C++ code says on the console why it refuses a file. After an operator that it lacks nothing is thrown: it
// goes on, and the outputs are zeros.
const errors = [];
console.error = (line) => {
  if (String(line).startsWith('ERROR')) errors.push(line);
};

async function runAll() {
  const {signature, threads, runs} = await (await fetch('/job.json')).json();
  await loadLiteRt(WASM, {threads: threads > 1});
  const model = await loadAndCompile('/model.tflite', {accelerator: 'wasm', cpuOptions: {numThreads: threads}});
  const runner = model.signatures[signature];
  const inputs = await Promise.all(runner.getInputDetails().map(fetchInput));

  const outputs = Object.fromEntries(runner.getOutputDetails().map(({name}) => [name, []]));
  const milliseconds = new Float64Array(runs);
  for (let index = 0; index < runs; index++) {
    const start = performance.now();
    const received = await runOnce(runner, inputs, index);
    milliseconds[index] = performance.now() - start;
    if (errors.length) throw new Error(errors[0]);
    for (const name in outputs) outputs[name].push(received[name]);
  }
  for (const name in outputs) await post(`/outputs/${name}`, new Blob(outputs[name]));
  await post('/milliseconds', milliseconds);
}

// All samples of an input, one after another, and how many of their numbers a run takes.
async function fetchInput({name, dtype, shape}) {
  const values = new ARRAYS[dtype](await (await fetch(`/inputs/${name}`)).arrayBuffer());
  return {name, values, shape, size: shape.reduce((product, size) => product * size, 1)};
}

// From numbers to numbers; LiteRT.js leaves it to us to free tensors.
async function runOnce(runner, inputs, index) {
  const tensors = {};
  for (const {name, values, shape, size} of inputs) {
    tensors[name] = new Tensor(values.subarray(index * size, (index + 1) * size), shape);
  }
  const results = await runner.run(tensors);
  const received = {};
  for (const name in results) received[name] = results[name].toTypedArray();
  for (const tensor of [...Object.values(tensors), ...Object.values(results)]) tensor.delete();
  return received;
}

function post(path, body) {
  return fetch(path, {method: 'POST', body});
}

runAll().catch((error) => post('/error', [...new Set([error.message ?? error, ...errors])].join('; ')));
