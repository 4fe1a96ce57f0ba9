// TF.js in Node: its back ends, and the machine's files.

import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as converter from '@tensorflow/tfjs-converter';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { readFile, writeFile } from 'node:fs/promises';

export const BACKENDS = ['wasm', 'cpu'];

export const node = {
  tf: { ...core, ...converter, ...layers },
  files: { read: async (path) => new Uint8Array(await readFile(path)), write: writeFile }, // a Buffer may share its memory
  platform: () => [`node ${process.versions.node}`],
};
