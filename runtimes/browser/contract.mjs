// The contract that kport writes beside a model (docs/contract.md): its golden case, and how close it must be met.

export const CONTRACT = 'kport.json';

const TOLERANCES = { float32: { rtol: 1e-4, atol: 1e-5 }, float16: { rtol: 1e-2, atol: 1e-3 } };
const SHARE = 1e-3; // atol is never more than this share of an output's largest magnitude

const half = (bits) => {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
};
const brain = (bits) => new Float32Array(Uint32Array.of(bits << 16).buffer)[0];
const whole = (big) => {
  if (BigInt.asIntN(32, big) !== big) throw new Error(`expected integers of 32 bits, the most that TF.js has. Received: ${big}`);
  return Number(big);
};

// A golden array's dtype → TF.js's dtype, the view of its bytes, and what an element means.
const DTYPES = {
  float32: ['float32', Float32Array],
  float64: ['float32', Float64Array],
  float16: ['float32', Uint16Array, half],
  bfloat16: ['float32', Uint16Array, brain],
  int64: ['int32', BigInt64Array, whole],
  uint64: ['int32', BigUint64Array, whole],
  int32: ['int32', Int32Array],
  uint32: ['int32', Uint32Array],
  int16: ['int32', Int16Array],
  uint16: ['int32', Uint16Array],
  int8: ['int32', Int8Array],
  uint8: ['int32', Uint8Array],
  bool: ['bool', Uint8Array],
};
const VIEWS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** The contract from kport.json's text. */
export function contractOf(text) {
  return JSON.parse(text)['kport.contract'];
}

/** A golden array as TF.js can hold it: {dtype, shape, data}. */
export async function decode({ dtype: said, shape, zlib }) {
  const packed = Uint8Array.from(atob(zlib), (c) => c.charCodeAt(0));
  const raw = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer();
  const [dtype, View, meaning = Number] = DTYPES[said];
  return { dtype, shape, data: VIEWS[dtype].from(new View(raw), meaning) };
}

/** How far an output is from what it should be, and whether that is near enough for the contract's precision. */
export function compare(actual, expected, precision = 'float32') {
  if (String(actual.shape) !== String(expected.shape) || actual.dtype !== expected.dtype) {
    const [received, wanted] = [actual, expected].map(({ dtype, shape }) => `${dtype}[${shape}]`);
    throw new Error(`expected an output ${wanted}. Received: ${received}`);
  }
  const { rtol, atol } = actual.dtype === 'float32' ? TOLERANCES[precision] : { rtol: 0, atol: 0 };
  const size = (e) => (Number.isFinite(e) ? Math.abs(e) : 0); // what is infinite allows nothing
  const largest = expected.data.reduce((most, e) => Math.max(most, size(e)), 0);
  const bound = Math.min(atol, SHARE * largest);
  let [error, passed] = [0, true];
  for (const [i, e] of expected.data.entries()) {
    if (Object.is(actual.data[i], e) || actual.data[i] === e) continue;
    const off = Math.abs(actual.data[i] - e);
    passed &&= off <= bound + rtol * size(e);
    error = off <= error ? error : off;
  }
  return { passed, error };
}
