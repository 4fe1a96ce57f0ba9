// The runtime's process: a request a line on standard input, an answer a line on standard output, in order (../PROTOCOL.md).

import { createInterface } from 'node:readline';
import { answer } from './answer.mjs';
import * as chromium from './chromium.mjs';
import * as local from './node.mjs';

console.log = console.info = console.error; // standard output is for answers

const PLACES = {
  ...Object.fromEntries(local.BACKENDS.map((backend) => [backend, (request) => answer(request, { ...local.node, backend })])),
  ...Object.fromEntries(chromium.BACKENDS.map((backend) => [`chromium-${backend}`, (request) => chromium.ask(request, backend)])),
};

async function reply(line) {
  try {
    const request = JSON.parse(line);
    const { backend = 'wasm' } = request;
    if (!(backend in PLACES)) throw new Error(`expected backend: ${Object.keys(PLACES).join(', ')}. Received: ${backend}`);
    return await PLACES[backend](request);
  } catch (error) {
    return { error: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await reply(line))}\n`);
}
await chromium.close();
