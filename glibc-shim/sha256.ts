/** SHA-256 (FIPS 180-4), for passwords. */
const K = Uint32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
  0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
  0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);
const H0 = Uint32Array.of(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19);

const rotr = (x: number, n: number): number => (x >>> n) | (x << (32 - n));
const at = (a: Uint32Array, i: number): number => a[i] ?? 0;

/** The message, a one bit, zeros, and its length in bits: whole blocks of 64 bytes. */
function padded(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(((data.length + 8) >> 6) * 64 + 64);
  out.set(data);
  out[data.length] = 0x80;
  const view = new DataView(out.buffer);
  view.setUint32(out.length - 8, Math.floor(data.length / 0x20000000));
  view.setUint32(out.length - 4, (data.length << 3) >>> 0);
  return out;
}

function schedule(w: Uint32Array, view: DataView, from: number): void {
  for (let i = 0; i < 16; i++) w[i] = view.getUint32(from + 4 * i);
  for (let i = 16; i < 64; i++) {
    const a = at(w, i - 15);
    const b = at(w, i - 2);
    const s0 = rotr(a, 7) ^ rotr(a, 18) ^ (a >>> 3);
    const s1 = rotr(b, 17) ^ rotr(b, 19) ^ (b >>> 10);
    w[i] = at(w, i - 16) + s0 + at(w, i - 7) + s1;
  }
}

function compress(h: Uint32Array, w: Uint32Array): void {
  const s = Uint32Array.from(h);
  for (let i = 0; i < 64; i++) {
    const a = at(s, 0);
    const e = at(s, 4);
    const choice = (e & at(s, 5)) ^ (~e & at(s, 6));
    const majority = (a & at(s, 1)) ^ (a & at(s, 2)) ^ (at(s, 1) & at(s, 2));
    const t1 = (at(s, 7) + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + choice + at(K, i) + at(w, i)) | 0;
    const t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + majority;
    s.copyWithin(1, 0, 7);
    s[4] = at(s, 4) + t1;
    s[0] = t1 + t2;
  }
  for (let i = 0; i < 8; i++) h[i] = at(h, i) + at(s, i);
}

/** The digest of `data`, 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  const h = Uint32Array.from(H0);
  const w = new Uint32Array(64);
  const bytes = padded(data);
  const view = new DataView(bytes.buffer);
  for (let from = 0; from < bytes.length; from += 64) {
    schedule(w, view, from);
    compress(h, w);
  }
  const out = new Uint8Array(32);
  const result = new DataView(out.buffer);
  h.forEach((word, i) => result.setUint32(4 * i, word));
  return out;
}
