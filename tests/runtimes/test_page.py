"""The page of docs/tfjs-in-a-page.md, word for word, in Chromium."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np

import kport
from kport.converters import installation
from kport.converters.runtime_process import RuntimeProcess

ROOT = Path(__file__).parents[2]
OPEN = """
import { readFile } from 'node:fs/promises';
import { launch } from './chromium.mjs';
const folder = process.argv[1];
const types = { html: 'text/html', js: 'text/javascript', json: 'application/json', wasm: 'application/wasm', png: 'image/png' };
const browser = await launch();
const page = await browser.newPage();
page.on('pageerror', (error) => { console.error(error); process.exit(1); });
await page.route('**/*', async (route) => {
  const path = new URL(route.request().url()).pathname;
  const root = path.startsWith('/node_modules/') ? process.cwd() : folder;
  const body = await readFile(root + path).catch(() => null);
  await route.fulfill(body ? { body, contentType: types[path.split('.').pop()] } : { status: 404 });
});
await page.goto('https://site.invalid/index.html');
const said = page.locator('output');
await said.filter({ hasText: /\\d/ }).waitFor({ timeout: 30000 });
console.log(await said.textContent());
await browser.close();
"""


def test_the_page_of_the_documentation(needs_chromium: RuntimeProcess, tmp_path: Path) -> None:
    from PIL import Image

    text = (ROOT / "docs" / "tfjs-in-a-page.md").read_text(encoding="utf-8")
    (html,) = re.findall(r"```html\n(.*?)```", text, re.DOTALL)
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    pixels = np.random.default_rng(5).integers(0, 256, (64, 64), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "face.png")
    source = ROOT / "fixtures" / "gender_mini_xception.h5"
    kport.convert(source, to="tfjs", output=tmp_path / "gender_mini_xception.tfjs", verify=False)

    command = ["node", "--input-type=module", "-e", OPEN, str(tmp_path)]
    done = subprocess.run(command, cwd=installation.get("browser").folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    expected = kport.load(source).predict((pixels[None, :, :, None] / 127.5 - 1).astype(np.float32))
    np.testing.assert_allclose([float(p) for p in done.stdout.split()], expected[0], atol=1e-4)
