/**
 * Reading a value (cloudabi.md §3, "Getter rule"). A value of another type, null, and a node that is kept in memory as another kind give EINVAL before anything else is looked at.
 */
import { Errno, fail, ok, type Result } from "../errno.ts";
import { Tag, type Argdata } from "./node.ts";
import { decodeSigned, floorDivide, NANOSECONDS, validUtf8 } from "./numbers.ts";

const INT64_MIN = -(1n << 63n);
const INT64_MAX = (1n << 63n) - 1n;
const UINT64_MAX = (1n << 64n) - 1n;
const TIMESTAMP_BYTES = 12;

/** The payload when `ad` is bytes with `tag`. */
const payload = (ad: Argdata, tag: number): Uint8Array | undefined => (ad.kind === "buffer" && ad.bytes[0] === tag ? ad.bytes.subarray(1) : undefined);

/** Whether it is null. */
export const isNull = (ad: Argdata): boolean => ad.kind === "buffer" && ad.bytes.length === 0;

export function getBinary(ad: Argdata): Result<Uint8Array> {
  const bytes = ad.kind === "binary" ? ad.bytes : payload(ad, Tag.BINARY);
  return bytes === undefined ? fail(Errno.EINVAL) : ok(bytes);
}

export function getBool(ad: Argdata): Result<boolean> {
  const bytes = payload(ad, Tag.BOOL);
  if (bytes === undefined || bytes.length > 1 || (bytes.length === 1 && bytes[0] !== 1)) return fail(Errno.EINVAL);
  return ok(bytes.length === 1);
}

/** EBADF when the converter knows no such descriptor. */
export function getFd(ad: Argdata): Result<number> {
  const bytes = payload(ad, Tag.FD);
  if (ad.kind !== "buffer" || bytes?.length !== 4) return fail(Errno.EINVAL);
  const number = ad.convert(Number(BigInt.asUintN(32, decodeSigned(bytes))));
  return number < 0 ? fail(Errno.EBADF) : ok(number);
}

export function getFloat(ad: Argdata): Result<number> {
  const bytes = payload(ad, Tag.FLOAT);
  if (bytes?.length !== 8) return fail(Errno.EINVAL);
  return ok(new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0));
}

/** A signed number within the bounds. ERANGE above 8 bytes even if the value would fit; the bounds are not looked at for the empty payload, which is 0. */
export function getInt(ad: Argdata, min = INT64_MIN, max = INT64_MAX): Result<bigint> {
  const bytes = payload(ad, Tag.INT);
  if (bytes === undefined) return fail(Errno.EINVAL);
  if (bytes.length === 0) return ok(0n);
  if (bytes.length > 8) return fail(Errno.ERANGE);
  const value = decodeSigned(bytes);
  return value < min || value > max ? fail(Errno.ERANGE) : ok(value);
}

/** An unsigned number. ERANGE when it is negative, or above 8 bytes but for one leading 0. */
export function getUint(ad: Argdata, max = UINT64_MAX): Result<bigint> {
  const bytes = payload(ad, Tag.INT);
  if (bytes === undefined) return fail(Errno.EINVAL);
  if (bytes.length === 0) return ok(0n);
  if ((bytes[0] ?? 0) >= 0x80 || (bytes.length > 8 && (bytes.length !== 9 || bytes[0] !== 0))) return fail(Errno.ERANGE);
  const value = decodeSigned(bytes);
  return value > max ? fail(Errno.ERANGE) : ok(value);
}

/** A string. No terminating NUL: EINVAL, looked at first; no valid UTF-8: EILSEQ. */
export function getStr(ad: Argdata): Result<string> {
  if (ad.kind === "str") return ok(new TextDecoder("utf-8", { ignoreBOM: true }).decode(ad.bytes));
  const bytes = payload(ad, Tag.STR);
  if (bytes === undefined || bytes.at(-1) !== 0) return fail(Errno.EINVAL);
  const body = bytes.subarray(0, -1);
  return validUtf8(body) ? ok(new TextDecoder("utf-8", { ignoreBOM: true }).decode(body)) : fail(Errno.EILSEQ);
}

/** A string for C: EILSEQ when it has a NUL in it. */
export function getCString(ad: Argdata): Result<string> {
  const got = getStr(ad);
  return got.err === 0 && got.value.includes("\0") ? fail(Errno.EILSEQ) : got;
}

/** Seconds and nanoseconds since 1970. ERANGE above 12 bytes, and when the seconds do not fit 64 bits. */
export function getTimestamp(ad: Argdata): Result<{ readonly seconds: bigint; readonly nanoseconds: number }> {
  const bytes = payload(ad, Tag.TIMESTAMP);
  if (bytes === undefined) return fail(Errno.EINVAL);
  if (bytes.length > TIMESTAMP_BYTES) return fail(Errno.ERANGE);
  const all = decodeSigned(bytes);
  const seconds = floorDivide(all, NANOSECONDS);
  if (seconds < INT64_MIN || seconds > INT64_MAX) return fail(Errno.ERANGE);
  return ok({ seconds, nanoseconds: Number(all - seconds * NANOSECONDS) });
}
