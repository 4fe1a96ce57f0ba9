// TF.js in a page: the same answers as in Node, with files that chromium.mjs reads and writes.

import { answer } from './answer.mjs';

const { tf } = globalThis;
const SOFTWARE = /swiftshader|llvmpipe/i;

const files = {
  async read(path) {
    const response = await fetch(`/files${path.split('/').map(encodeURIComponent).join('/')}`);
    if (!response.ok) throw new Error(`no such file: ${path}`);
    return new Uint8Array(await response.arrayBuffer());
  },
  async write(path, bytes) {
    const url = await new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.readAsDataURL(new Blob([bytes]));
    });
    await globalThis.writeFile(path, url.slice(url.indexOf(',') + 1));
  },
};

// Who draws, so that a report doesn't take software for a GPU
const DEVICES = {
  wasm: () => null,
  webgl() {
    const gl = tf.backend().getGPGPUContext().gl;
    return gl.getParameter(gl.getExtension('WEBGL_debug_renderer_info').UNMASKED_RENDERER_WEBGL);
  },
  async webgpu() {
    const { info } = await navigator.gpu.requestAdapter();
    return [info.vendor, info.architecture, info.device, info.description].join(' ').trim();
  },
};

async function platform(_, backend) {
  const device = await DEVICES[backend]();
  const browser = /Chrome\/(\d+)/.exec(navigator.userAgent)[1];
  return [`chromium ${browser}`, ...(device ? [SOFTWARE.exec(device)?.[0] ?? device] : [])];
}

tf.wasm?.setWasmPaths?.('node_modules/@tensorflow/tfjs-backend-wasm/dist/');
// Small tensors would be computed on the CPU, and what is checked is the GPU's kernels. On WebGPU only the arithmetic of shapes is
// left there (by page.html's tfjsflags): TF.js reads its results at once, which that back end can't do from the GPU
tf.env().set('WEBGL_CPU_FORWARD', false);

globalThis.answer = (request, backend) => answer(request, { tf, files, platform, backend });
