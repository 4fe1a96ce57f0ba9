// What is asked of the runtime (../PROTOCOL.md), answered by whichever TF.js it is given: Node's or a page's.

import { compare, decode } from './contract.mjs';
import { arrayOf, load } from './load.mjs';
import { format, parse } from './npy.mjs';

const ASKED = { runtime, run, 'self-test': selfTest };

/**
 * The answer to a request, an error as {error}. tf: TF.js; files: read(path) → bytes in a buffer of their own, write(path, bytes);
 * platform: text that says where this is; backend: the request's, without the place.
 */
export async function answer(request, { tf, files, platform, backend }) {
  try {
    if (!(request.ask in ASKED)) throw new Error(`expected ask: ${Object.keys(ASKED).join(', ')}. Received: ${request.ask}`);
    if (tf.getBackend() !== backend && !(await tf.setBackend(backend))) throw new Error(`backend ${backend} doesn't start here`);
    tf.engine().startScope();
    try {
      return await ASKED[request.ask](request, { tf, files, platform, backend });
    } finally {
      tf.engine().endScope(); // what a run that failed has left
    }
  } catch (error) {
    return { error: error.message ?? String(error) };
  }
}

async function runtime(_, { tf, platform, backend }) {
  return { runtime: `tfjs ${tf.version_core} (${[backend, ...await platform(tf, backend)].join(', ')})` };
}

async function run({ artifact, inputs, folder, observe = false, times = 1 }, { tf, files }) {
  const arrays = {};
  for (const [name, path] of Object.entries(inputs)) arrays[name] = parse(await files.read(path));
  const started = performance.now();
  return using(await load(tf, files, artifact), async (model) => {
    const loaded = performance.now();
    const { outputs, run_ms } = await compute(tf, model, arrays, { observe, times });
    const written = {};
    for (const [name, array] of Object.entries(outputs)) {
      written[name] = `${folder}/${Object.keys(written).length}.npy`;
      await files.write(written[name], format(array));
    }
    return { outputs: written, order: model.outputs, load_ms: loaded - started, run_ms };
  });
}

async function selfTest({ artifact }, { tf, files }) {
  return using(await load(tf, files, artifact), async (model) => {
    if (!model.contract?.golden) throw new Error(`${artifact} carries no golden case: convert it again with --samples, or smaller ones`);
    const { golden, options } = model.contract;
    const arrays = {};
    for (const [name, array] of Object.entries(golden.inputs)) arrays[name] = await decode(array);
    const { outputs } = await compute(tf, model, arrays, {});
    const found = { passed: true, max_abs_error: 0 };
    for (const [name, array] of Object.entries(golden.outputs)) {
      const { passed, error } = compare(outputs[name], await decode(array), options.precision);
      found.passed &&= passed;
      found.max_abs_error = error <= found.max_abs_error ? found.max_abs_error : error;
    }
    return found;
  });
}

// Runs a model on arrays by input name. A run's time ends when its outputs have left the device.
async function compute(tf, model, arrays, { observe = false, times = 1 }) {
  const [given, expected] = [Object.keys(arrays).sort().join(), [...model.inputs].sort().join()];
  if (given !== expected) throw new Error(`expected inputs: ${expected}. Received: ${given}`);
  const tensors = {};
  const [outputs, run_ms] = [{}, []];
  try {
    for (const [name, { data, shape, dtype }] of Object.entries(arrays)) tensors[name] = tf.tensor(data, shape, dtype);
    for (let i = 0; i < times; i++) {
      const started = performance.now();
      const results = await model.run(tensors);
      const found = await Promise.all(results.map(arrayOf));
      run_ms.push(performance.now() - started);
      results.forEach((tensor) => tensor.dispose());
      model.outputs.forEach((name, k) => { outputs[name] = found[k]; });
    }
    return { outputs: observe ? { ...(await model.observe(tensors)), ...outputs } : outputs, run_ms };
  } finally {
    tf.dispose(tensors);
  }
}

async function using(model, work) {
  try {
    return await work(model);
  } finally {
    model.dispose();
  }
}
