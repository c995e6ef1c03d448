/**
 * `crypt` with the SHA-256 method: "$5$rounds=N$SALT$HASH", the scheme of glibc's crypt(3), so that hashes of a real system work here and the
 * other way round. The same key and setting give the same hash, always.
 */
import { sha256 } from "./sha256.ts";

const ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DEFAULT_ROUNDS = 5000;
const MIN_ROUNDS = 1000;
const MAX_ROUNDS = 999_999_999;
const MAX_SALT = 16;
const SIZE = 32;

/** Bytes of the digest in the order in which they are written, three to a group of four letters. */
const ORDER: readonly (readonly [number, number, number])[] = [
  [0, 10, 20], [21, 1, 11], [12, 22, 2], [3, 13, 23], [24, 4, 14],
  [15, 25, 5], [6, 16, 26], [27, 7, 17], [18, 28, 8], [9, 19, 29],
];

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    all.set(p, at);
    at += p.length;
  }
  return all;
}

/** `digest` again and again, to `length` bytes. */
const repeated = (digest: Uint8Array, length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => digest[i % SIZE] ?? 0);

/** What the rounds start from. */
function start(key: Uint8Array, salt: Uint8Array): Uint8Array {
  const other = sha256(join(key, salt, key));
  const parts = [key, salt, repeated(other, key.length)];
  for (let n = key.length; n > 0; n >>= 1) parts.push(n & 1 ? other : key);
  return sha256(join(...parts));
}

function stretched(key: Uint8Array, salt: Uint8Array, rounds: number): Uint8Array {
  let digest = start(key, salt);
  const keyed = repeated(sha256(join(...Array.from({ length: key.length }, () => key))), key.length);
  const salted = repeated(sha256(join(...Array.from({ length: 16 + (digest[0] ?? 0) }, () => salt))), salt.length);
  for (let i = 0; i < rounds; i++) {
    const parts = [i & 1 ? keyed : digest];
    if (i % 3 !== 0) parts.push(salted);
    if (i % 7 !== 0) parts.push(keyed);
    parts.push(i & 1 ? digest : keyed);
    digest = sha256(join(...parts));
  }
  return digest;
}

function letters(value: number, count: number): string {
  let text = "";
  for (let i = 0; i < count; i++) text += ALPHABET[(value >> (6 * i)) & 63] ?? "";
  return text;
}

function encoded(digest: Uint8Array): string {
  const b = (i: number): number => digest[i] ?? 0;
  return ORDER.map(([x, y, z]) => letters((b(x) << 16) | (b(y) << 8) | b(z), 4)).join("") + letters((b(31) << 8) | b(30), 3);
}

/**
 * The hash of `key` as `setting` says: "$5$[rounds=N$]SALT[$…]", which a whole hash is too. Undefined for a setting of another method: no password
 * fits that.
 */
export function crypt(key: string, setting: string): string | undefined {
  const parsed = /^\$5\$(?:rounds=(\d+)\$)?([^$]*)/.exec(setting);
  if (parsed === null) return undefined;
  const rounds = parsed[1] === undefined ? DEFAULT_ROUNDS : Math.min(MAX_ROUNDS, Math.max(MIN_ROUNDS, Number(parsed[1])));
  const salt = (parsed[2] ?? "").slice(0, MAX_SALT);
  const prefix = parsed[1] === undefined ? "$5$" : `$5$rounds=${rounds}$`;
  return `${prefix}${salt}$${encoded(stretched(bytes(key), bytes(salt), rounds))}`;
}

/** A setting for a new password. `salt`: any text; eight letters of its digest are used. */
export const newSetting = (salt: string): string => `$5$rounds=1000$${encoded(sha256(bytes(salt))).slice(0, 8)}$`;

/** True when `key` is the password whose hash is `hash`. An empty hash: anything goes (feature-table.md #22). */
export const passwordFits = (key: string, hash: string): boolean => hash === "" || crypt(key, hash) === hash;
