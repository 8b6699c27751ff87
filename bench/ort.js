'use strict';
// ONNX Runtime as the peer: serves the protocol of protocol.go on standard input
// and output. Its argument is the folder that holds onnxruntime-node.
const fs = require('fs');
const path = require('path');
const readline = require('readline');
const ort = require(path.join(process.argv[2], 'onnxruntime-node'));

const arrays = {
  float32: Float32Array, float64: Float64Array, float16: globalThis.Float16Array || Uint16Array,
  int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array,
  uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, uint64: BigUint64Array, bool: Uint8Array,
};

let session, feeds;

function read({ type, dims, file }) {
  const b = fs.readFileSync(file);
  const copy = new Uint8Array(b).buffer; // aligned for any element
  return new ort.Tensor(type, new arrays[type](copy), dims);
}

// cpu is the processor time of all threads so far, in microseconds.
function cpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const ops = {
  async load({ model, threads, inputs }) {
    session = await ort.InferenceSession.create(model, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
    feeds = {};
    for (const i of inputs) feeds[i.name] = read(i);
    return { version: ort.env.versions.node, host: 'node ' + process.versions.node };
  },

  async run({ dir }) {
    const results = await session.run(feeds);
    const outputs = session.outputNames.map((name, i) => {
      const { type, dims, data } = results[name];
      if (!arrays[type]) throw new Error(`output "${name}" has elements of type ${type}`);
      const file = path.join(dir, `${i}.bin`);
      fs.writeFileSync(file, Buffer.from(data.buffer, data.byteOffset, data.byteLength));
      return { name, type, dims: [...dims], file };
    });
    return { outputs };
  },

  async time({ runs }) {
    await session.run(feeds);
    const before = cpu();
    const ms = new Float64Array(runs);
    const start = performance.now();
    let last = start;
    for (let i = 0; i < runs; i++) {
      await session.run(feeds);
      const now = performance.now();
      ms[i] = now - last;
      last = now;
    }
    const cpu_us = cpu() - before;
    ms.sort();
    const us = 500 * (ms[(runs - 1) >> 1] + ms[runs >> 1]);
    return { us, wall_us: 1000 * (last - start), cpu_us };
  },

  async cpu() {
    return { cpu_us: cpu() };
  },
};

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    let answer;
    try {
      answer = await ops[request.op](request);
    } catch (e) {
      answer = { error: String(e.message || e) };
    }
    process.stdout.write(JSON.stringify({ id: request.id, ...answer }) + '\n');
  }
}

// The benchmark decides when to stop: an interrupt from the terminal reaches it
// too. When it is gone, so is our input.
process.on('SIGINT', () => {});
process.stdin.on('end', () => process.exit(0));
main();
