// TF.js in a page of headless Chromium. The page's requests for files are answered from here: no port is opened.

import { accessSync, constants } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const BACKENDS = ['wasm', 'webgl', 'webgpu'];

const PROJECT = fileURLToPath(new URL('.', import.meta.url));
const ORIGIN = 'https://runtime.invalid'; // WebGPU wants a secure origin; the name never reaches a resolver
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const TYPES = { '.html': 'text/html', '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm' };
// SwiftShader stands in for a GPU where there is none
const FLAGS = [
  '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader',
  '--no-sandbox', '--disable-gpu-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

let open = null;

/** A request's answer by the page; the browser is started for the first, and again if it has crashed. */
export async function ask(request, backend) {
  open ??= start();
  const { page } = await open.catch((error) => {
    open = null;
    throw error;
  });
  return page.evaluate(([asked, chosen]) => globalThis.answer(asked, chosen), [request, backend]);
}

export async function close() {
  const { browser } = (await open) ?? {};
  await browser?.close();
}

/** A headless Chromium. */
export async function launch() {
  const executablePath = found();
  return chromium.launch({ executablePath, args: FLAGS }).catch((error) => {
    console.error(error.message);
    throw new Error(`${executablePath} doesn't start: ${error.message.split('\n', 1)[0]}`);
  });
}

async function start() {
  const browser = await launch();
  const page = await browser.newPage();
  const forget = () => { open = null; };
  browser.on('disconnected', forget);
  page.on('crash', () => browser.close());
  page.on('console', (message) => console.error(message.text()));
  await page.route(`${ORIGIN}/**`, serve);
  await page.exposeFunction('writeFile', (path, base64) => writeFile(path, Buffer.from(base64, 'base64')));
  await page.goto(`${ORIGIN}/project/page.html?tfjsflags=WEBGPU_CPU_HANDOFF_SIZE_THRESHOLD:8`);
  await page.waitForFunction(() => 'answer' in globalThis);
  return { browser, page };
}

// /project/... is this folder; /files/... is any file
async function serve(route) {
  const path = decodeURIComponent(new URL(route.request().url()).pathname);
  const place = path.startsWith('/project/') ? join(PROJECT, path.slice('/project/'.length)) : path.slice('/files'.length);
  const body = await readFile(place).catch(() => null);
  await route.fulfill(body ? { body, contentType: TYPES[extname(place)] ?? 'application/octet-stream' } : { status: 404 });
}

function found() {
  const given = process.env.KPORT_CHROMIUM;
  if (given && !isExecutable(given)) throw new Error(`expected a program. Received: KPORT_CHROMIUM=${given}`);
  if (given) return given;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const places = [
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ];
  const place = places.find(isExecutable);
  if (!place) throw new Error('no Chromium: install it (Debian: apt-get install chromium), or say where it is in KPORT_CHROMIUM');
  return place;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
