// SHA-256 (FIPS 180-4), synchronous: a Merkle tree of 30,000 leaves is 60,000 short hashes, and asking
// WebCrypto for each would cost far more than the hashing.

const BLOCK = 64;

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const K = primes(64).map((prime) => fraction(Math.cbrt(prime)));
/** The same of the square roots of the first 8. */
const START = primes(8).map((prime) => fraction(Math.sqrt(prime)));

const ROUND = Int32Array.from(K);
// One hash at a time: what it works on is made once, since a log has as many hashes as a few hundred thousand.
const SCHEDULE = new Int32Array(64);
const STATE = new Int32Array(8);
const TAIL = new Uint8Array(2 * BLOCK);

/**
 * @param {Uint8Array} data
 * @returns {Uint8Array} 32 bytes
 */
export function sha256(data) {
  STATE.set(START);
  const rest = data.length % BLOCK;
  const whole = data.length - rest;
  for (let at = 0; at < whole; at += BLOCK) compress(STATE, data, at);

  TAIL.fill(0);
  for (let at = 0; at < rest; at++) TAIL[at] = data[whole + at];
  TAIL[rest] = 0x80;
  const end = rest + 9 > BLOCK ? 2 * BLOCK : BLOCK;
  putWord(TAIL, end - 8, Math.floor(data.length / 2 ** 29));
  putWord(TAIL, end - 4, data.length << 3);
  for (let at = 0; at < end; at += BLOCK) compress(STATE, TAIL, at);

  const digest = new Uint8Array(32);
  for (let i = 0; i < 8; i++) putWord(digest, 4 * i, STATE[i]);
  return digest;
}

/** 32 bits in network order. @param {Uint8Array} bytes @param {number} at @param {number} word */
function putWord(bytes, at, word) {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

/**
 * One block of 64 bytes into the state.
 * @param {Int32Array} state
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function compress(state, bytes, at) {
  const w = SCHEDULE;
  for (let i = 0; i < 16; i++) {
    const from = at + 4 * i;
    w[i] = (bytes[from] << 24) | (bytes[from + 1] << 16) | (bytes[from + 2] << 8) | bytes[from + 3];
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15];
    const y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + (g ^ (e & (f ^ g))) + ROUND[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/**
 * @param {number} count
 * @returns {number[]}
 */
function primes(count) {
  /** @type {number[]} */
  const found = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime)) found.push(n);
  return found;
}

/**
 * @param {number} value
 * @returns {number}
 */
function fraction(value) {
  return Math.floor((value % 1) * 2 ** 32);
}
