// Arrays as .npy files (version 1.0, C order, little-endian): {dtype, shape, data} with TF.js's dtypes.

// NumPy's name of a dtype → TF.js's dtype, and the view of its bytes. Smaller integers widen to int32, the only one there is.
const READ = {
  '<f4': ['float32', Float32Array],
  '<i4': ['int32', Int32Array],
  '|b1': ['bool', Uint8Array],
  '|u1': ['int32', Uint8Array],
  '|i1': ['int32', Int8Array],
  '<u2': ['int32', Uint16Array],
  '<i2': ['int32', Int16Array],
};
// TF.js's dtype → NumPy's name of it, and the view that has its bytes
const WRITTEN = { float32: ['<f4', Float32Array], int32: ['<i4', Int32Array], bool: ['|b1', Uint8Array] };
const MAGIC = '\x93NUMPY\x01\x00';
const ALIGNMENT = 64;

/** The array of a file's bytes. */
export function parse(bytes) {
  const start = MAGIC.length + 2;
  if (latin(bytes.subarray(0, MAGIC.length)) !== MAGIC) throw new Error('expected an .npy file, version 1.0');
  const end = start + bytes[MAGIC.length] + 256 * bytes[MAGIC.length + 1];
  const header = latin(bytes.subarray(start, end));
  const descr = /'descr': '([^']*)'/.exec(header)?.[1];
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '').split(',').filter((s) => s.trim()).map(Number);
  if (!header.includes("'fortran_order': False")) throw new Error('expected an array in C order');
  const text = /^<U(\d+)$/.exec(descr);
  if (text) return { dtype: 'string', shape, data: readText(bytes.slice(end).buffer, Number(text[1])) };
  if (!(descr in READ)) throw new Error(`expected an array of ${Object.keys(READ).join(', ')}. Received: ${descr}`);
  const [dtype, View] = READ[descr];
  const view = new View(bytes.slice(end).buffer);
  return { dtype, shape, data: dtype === 'int32' ? Int32Array.from(view) : view };
}

/** The bytes of a file with the array. */
export function format({ dtype, shape, data }) {
  if (dtype === 'string') return file(...writtenText(data), shape);
  if (!(dtype in WRITTEN)) throw new Error(`expected a tensor of ${Object.keys(WRITTEN).join(', ')}, string. Received: ${dtype}`);
  const [descr, View] = WRITTEN[dtype];
  // a tensor that was cast may still hold what it was cast from
  return file(descr, data instanceof View ? data : View.from(data), shape);
}

function file(descr, data, shape) {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const said = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const start = MAGIC.length + 2;
  const end = Math.ceil((start + said.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = MAGIC + String.fromCharCode((end - start) % 256, (end - start) >> 8) + said.padEnd(end - start - 1) + '\n';
  const bytes = new Uint8Array(end + data.byteLength);
  bytes.set(Uint8Array.from(header, (c) => c.charCodeAt(0)));
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), end);
  return bytes;
}

// Text of a fixed width: a number for each code point, 0 after the last one
function readText(buffer, width) {
  const points = new Uint32Array(buffer);
  return Array.from({ length: width ? points.length / width : 0 }, (_, i) => {
    const item = points.subarray(i * width, (i + 1) * width);
    return String.fromCodePoint(...item.subarray(0, item.findLastIndex((point) => point) + 1));
  });
}

function writtenText(data) {
  const items = Array.from(data, (item) => Array.from(item, (letter) => letter.codePointAt(0)));
  const width = Math.max(1, ...items.map((item) => item.length));
  const points = new Uint32Array(items.length * width);
  items.forEach((item, i) => points.set(item, i * width));
  return [`<U${width}`, points];
}

function latin(bytes) {
  return String.fromCharCode(...bytes);
}
