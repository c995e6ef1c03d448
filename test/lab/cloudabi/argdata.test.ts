import { expect } from "chai";
import fc from "fast-check";
import { getBinary, getBool, getCString, getFd, getFloat, getInt, getStr, getTimestamp, getUint, isNull } from "../../../lab/cloudabi/argdata/get.ts";
import { collect, ITERATOR_END, ITERATOR_INVALID, iterateMap, iterateSeq } from "../../../lab/cloudabi/argdata/iterate.ts";
import { binary, bool, fd, float, fromBuffer, identity, int, map, nothing, seq, str, text, timestamp, type Argdata } from "../../../lab/cloudabi/argdata/node.ts";
import { encodeMinimal, decodeSigned, validUtf8 } from "../../../lab/cloudabi/argdata/numbers.ts";
import { MAX_DEPTH, serialise, serialisedLength, serialiseLiterally } from "../../../lab/cloudabi/argdata/serialise.ts";
import { namedFds } from "../../../lab/cloudabi/argdata/paths.ts";
import { lengthDigits, Subfields } from "../../../lab/cloudabi/argdata/subfield.ts";
import { errnoName, type Result } from "../../../lab/cloudabi/errno.ts";
import { got, node } from "./scene.ts";

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex === "" ? [] : hex.split(" ").map((h) => parseInt(h, 16)));
const buffer = (hex: string): Argdata => fromBuffer(bytes(hex), identity);
const err = (r: Result<unknown>): string => errnoName(r.err);
const hexOf = (b: Uint8Array): string => [...b].map((x) => x.toString(16).padStart(2, "0")).join(" ");
const encoded = (ad: Argdata): string => hexOf(got(serialise(ad)).data);

/** A value as plain data, and as a node. */
type Plain = null | boolean | bigint | string | Uint8Array | { readonly fd: number } | { readonly float: number } | { readonly at: bigint; readonly ns: number } | readonly Plain[] | { readonly pairs: readonly (readonly [Plain, Plain])[] };

function nodeOf(p: Plain): Argdata {
  if (p === null) return nothing;
  if (typeof p === "boolean") return bool(p);
  if (typeof p === "bigint") return int(p);
  if (typeof p === "string") return got(str(p));
  if (p instanceof Uint8Array) return binary(p);
  if (isList(p)) return seq(p.map(nodeOf));
  if ("fd" in p) return node(p.fd);
  if ("float" in p) return float(p.float);
  if ("at" in p) return got(timestamp(p.at, p.ns));
  return map(p.pairs.map(([k, v]) => [nodeOf(k), nodeOf(v)]));
}

const isList = (p: Plain): p is readonly Plain[] => Array.isArray(p);

/** Reads a buffer back by its tag. */
function plainOf(ad: Argdata): Plain {
  if (isNull(ad)) return null;
  switch (ad.kind === "buffer" ? ad.bytes[0] : -1) {
    case 1: return got(getBinary(ad));
    case 2: return got(getBool(ad));
    case 3: return { fd: got(getFd(ad)) };
    case 4: return { float: got(getFloat(ad)) };
    case 5: return getInt(ad).err === 0 ? got(getInt(ad)) : got(getUint(ad));
    case 6: return { pairs: collect(iterateMap(ad)).elements.map(([k, v]) => [plainOf(k), plainOf(v)] as const) };
    case 7: return collect(iterateSeq(ad)).elements.map(plainOf);
    case 8: return got(getStr(ad));
    default: {
      const { seconds, nanoseconds } = got(getTimestamp(ad));
      return { at: seconds, ns: nanoseconds };
    }
  }
}

const plain = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }),
    fc.string({ unit: "binary" }),
    fc.uint8Array({ maxLength: 200 }),
    fc.record({ fd: fc.nat({ max: 0x7fffffff }) }),
    fc.record({ float: fc.double({ noNaN: true }) }),
    fc.record({ at: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), ns: fc.nat({ max: 999_999_999 }) }),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.record({ pairs: fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 4 }) }),
  ),
})).value;

/** Descriptors in the order of first reference. */
function fdsOf(p: Plain): readonly number[] {
  if (p === null || typeof p !== "object" || p instanceof Uint8Array) return [];
  if ("fd" in p) return [p.fd];
  if ("pairs" in p) return p.pairs.flatMap(([k, v]) => [...fdsOf(k), ...fdsOf(v)]);
  return isList(p) ? p.flatMap(fdsOf) : [];
}

/** The same with each descriptor replaced by its place in `order`. */
function renumbered(p: Plain, order: readonly number[]): Plain {
  if (p === null || typeof p !== "object" || p instanceof Uint8Array) return p;
  if ("fd" in p) return { fd: order.indexOf(p.fd) };
  if ("pairs" in p) return { pairs: p.pairs.map(([k, v]) => [renumbered(k, order), renumbered(v, order)] as const) };
  return isList(p) ? p.map((e) => renumbered(e, order)) : p;
}

describe("argument data: the format (cloudabi.md §3)", () => {
  it("writes the worked example in ten bytes", () => {
    expect(encoded(seq([int(0), bool(true), text("A")]))).to.equal("07 81 05 82 02 01 83 08 41 00");
  });

  it("writes each type as the table says", () => {
    expect(encoded(nothing)).to.equal("");
    expect([encoded(bool(false)), encoded(bool(true)), encoded(int(128)), encoded(int(-128)), encoded(int((1n << 64n) - 1n))]).to.deep.equal(["02", "02 01", "05 00 80", "05 80", "05 00 ff ff ff ff ff ff ff ff"]);
    expect(encoded(float(1))).to.equal("04 3f f0 00 00 00 00 00 00");
    expect([encoded(got(timestamp(0n, 0))), encoded(got(timestamp(-1n, 999_999_999)))]).to.deep.equal(["09", "09 ff"]);
    expect(encoded(seq([nothing]))).to.equal("07 80");
  });

  it("gives back what was written, with descriptors renumbered in the order of first reference", () => {
    fc.assert(fc.property(plain, (p) => {
      const { data, fds } = got(serialise(nodeOf(p)));
      const order = [...new Set(fdsOf(p))];
      expect(fds).to.deep.equal(order);
      expect(plainOf(fromBuffer(data, identity))).to.deep.equal(renumbered(p, order));
      expect(got(serialisedLength(nodeOf(p)))).to.deep.equal({ datalen: data.length, fdslen: fdsOf(p).length });
    }));
  });

  it("without a table writes the numbers as they are", () => {
    fc.assert(fc.property(plain, (p) => {
      expect(plainOf(fromBuffer(got(serialiseLiterally(nodeOf(p))), identity))).to.deep.equal(p);
    }));
  });

  it("keeps the length of any bytes, and grants only descriptors that a walk meets", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
      const out = got(serialise(fromBuffer(data, identity)));
      expect(out.data).to.have.length(data.length);
      expect(out.fds.length).to.be.at.most(got(serialisedLength(fromBuffer(data, identity))).fdslen);
      if (out.fds.length === 0 && got(serialisedLength(fromBuffer(data, identity))).fdslen === 0) expect(out.data).to.deep.equal(data);
    }));
  });

  it("§9.1: what is granted is what is named, but for keys of malformed pairs", () => {
    const tree = fc.oneof(plain.map(nodeOf), fc.uint8Array({ maxLength: 40 }).map((b) => fromBuffer(b, identity)));
    fc.assert(fc.property(tree, (ad) => {
      const { data, fds } = got(serialise(ad));
      const named = new Set(namedFds(fromBuffer(data, (raw) => (raw < fds.length ? raw : -1))).map((n) => n.fd));
      for (const n of named) expect(n).to.be.below(fds.length);
      if (named.size < fds.length) expect(hasBadPair(fromBuffer(data, identity))).to.equal(true);
    }), { numRuns: 500 });
  });

  it("is deep at most as we allow", () => {
    const deep = (n: number): Argdata => (n === 0 ? nothing : seq([deep(n - 1)]));
    expect(err(serialise(deep(MAX_DEPTH)))).to.equal("0");
    expect(err(serialise(deep(MAX_DEPTH + 1)))).to.equal("E2BIG");
    expect(err(serialisedLength(deep(MAX_DEPTH + 1)))).to.equal("E2BIG");
  });
});

/** Some map in it has a key whose value is malformed or missing. */
function hasBadPair(ad: Argdata): boolean {
  if (ad.kind !== "buffer" || (ad.bytes[0] !== 6 && ad.bytes[0] !== 7)) return false;
  const fields = new Subfields(ad, 1);
  let count = 0;
  for (let sub = fields.take(); sub !== undefined; sub = fields.take(), count++) if (hasBadPair(sub)) return true;
  return ad.bytes[0] === 6 && count % 2 === 1;
}

describe("argument data: what is refused (cloudabi.md §3)", () => {
  it("gives EINVAL for a value of another type and for null, before anything else", () => {
    const getters = [getBinary, getBool, getFd, getFloat, getInt, getUint, getStr, getCString, getTimestamp];
    for (const get of getters) for (const ad of [nothing, seq([]), map([])]) expect(err(get(ad))).to.equal("EINVAL");
    expect([err(getStr(binary(bytes("41")))), err(getBinary(text("A"))), err(getInt(bool(true)))]).to.deep.equal(["EINVAL", "EINVAL", "EINVAL"]);
  });

  it("checks payloads", () => {
    const cases: readonly (readonly [string, (ad: Argdata) => Result<unknown>, string])[] = [
      ["02 00", getBool, "EINVAL"], ["02 02", getBool, "EINVAL"], ["02 01 01", getBool, "EINVAL"],
      ["03 00 00 00", getFd, "EINVAL"], ["03 00 00 00 00 00", getFd, "EINVAL"], ["03 ff ff ff ff", getFd, "EBADF"], ["03 80 00 00 00", getFd, "EBADF"], ["03 7f ff ff ff", getFd, "0"],
      ["04 00", getFloat, "EINVAL"],
      ["05 00 00 00 00 00 00 00 00 01", getInt, "ERANGE"], ["05 00 00 00 00 00 00 00 00 01", getUint, "0"], ["05 01 00 00 00 00 00 00 00 00", getUint, "ERANGE"],
      ["05 00 00 00 00 00 00 00 00 00 01", getUint, "ERANGE"], ["05 ff", getUint, "ERANGE"], ["05 00 01", getInt, "0"],
      ["08", getStr, "EINVAL"], ["08 41", getStr, "EINVAL"], ["08 ff 41", getStr, "EINVAL"], ["08 ff 00", getStr, "EILSEQ"], ["08 c0 80 00", getStr, "EILSEQ"],
      ["08 ed a0 80 00", getStr, "EILSEQ"], ["08 f4 90 80 80 00", getStr, "EILSEQ"], ["08 00 00", getStr, "0"], ["08 00 00", getCString, "EILSEQ"],
      ["09 00 00 00 00 00 00 00 00 00 00 00 00 01", getTimestamp, "ERANGE"], ["09 7f ff ff ff ff ff ff ff ff ff ff ff", getTimestamp, "ERANGE"], ["09 00 01", getTimestamp, "0"],
    ];
    for (const [hex, get, expected] of cases) expect(err(get(buffer(hex))), hex).to.equal(expected);
  });

  it("looks at bounds, but not for the empty integer", () => {
    expect(err(getInt(buffer("05 05"), 6n, 9n))).to.equal("ERANGE");
    expect(getInt(buffer("05"), 6n, 9n)).to.deep.equal({ err: 0, value: 0n });
    expect(getUint(buffer("05"), 0n)).to.deep.equal({ err: 0, value: 0n });
  });

  it("refuses to build what is none: a negative descriptor, a lone surrogate, too many nanoseconds", () => {
    expect([err(fd(-1)), err(str("\ud800")), err(timestamp(0n, 1_000_000_000)), err(timestamp(0n, -1))]).to.deep.equal(["EBADF", "EILSEQ", "EINVAL", "EINVAL"]);
  });

  it("takes subfields with the shortest length only, within what there is", () => {
    expect([lengthDigits(0), lengthDigits(127), lengthDigits(128)]).to.deep.equal([[0x80], [0xff], [1, 0x80]]);
    const take = (hex: string): unknown => new Subfields(fromBuffer(bytes(hex)), 0).take()?.bytes.length;
    expect([take("80"), take("81 05"), take("00 81 05"), take("82 05"), take("01"), take("")]).to.deep.equal([0, 1, undefined, undefined, undefined, undefined]);
    expect(take("02 00 00 00 00 00 00 00 00 80"), "above 64 bits").to.equal(undefined);
  });

  it("decodes what it encodes, in the fewest bytes", () => {
    fc.assert(fc.property(fc.bigInt({ min: -(1n << 95n), max: (1n << 95n) - 1n }), (n) => {
      const digits = Uint8Array.from(encodeMinimal(n));
      expect(decodeSigned(digits)).to.equal(n);
      if (digits.length > 1) expect(decodeSigned(digits.subarray(1))).to.not.equal(n);
    }));
  });

  it("finds UTF-8 valid exactly when a strict decoder does", () => {
    const strict = (b: Uint8Array): boolean => {
      try {
        new TextDecoder("utf-8", { fatal: true }).decode(b);
        return true;
      } catch {
        return false;
      }
    };
    const oneOf = fc.constantFrom(0, 0x41, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xa0, 0x9f, 0xed, 0xf0, 0x90, 0x8f, 0xf4, 0xf5, 0xff);
    fc.assert(fc.property(fc.array(oneOf, { maxLength: 6 }), (b) => validUtf8(Uint8Array.from(b)) === strict(Uint8Array.from(b))), { numRuns: 2000 });
  });
});

describe("argument data: iterators (cloudabi.md §3)", () => {
  const walk = (it: { index: bigint; get(): unknown; next(): void }, steps: number): readonly bigint[] => Array.from({ length: steps }, () => [it.index, it.next()][0] as bigint);

  it("end, and say so", () => {
    expect(walk(iterateSeq(buffer("07 81 05 81 05")), 4)).to.deep.equal([0n, 1n, ITERATOR_END, ITERATOR_END]);
    expect(walk(iterateMap(buffer("06")), 1)).to.deep.equal([ITERATOR_END]);
  });

  it("end at a malformed element, which hides the rest; what came before was delivered", () => {
    const { elements, valid } = collect(iterateSeq(buffer("07 81 05 00 81 05")));
    expect([elements.length, valid]).to.deep.equal([1, false]);
    expect(collect(iterateMap(buffer("06 81 05 81 05 81 05")))).to.deep.include({ valid: false });
    expect(walk(iterateSeq(buffer("07 ff")), 2)[0]).to.equal(ITERATOR_INVALID);
  });

  it("are empty and INVALID for what cannot be iterated over", () => {
    for (const ad of [nothing, int(1), text("x")]) expect([iterateSeq(ad).index, iterateMap(ad).get(), iterateMap(ad).index]).to.deep.equal([ITERATOR_INVALID, undefined, ITERATOR_INVALID]);
    expect(iterateSeq(map([])).index).to.equal(ITERATOR_INVALID);
  });

  it("over nodes in memory have the quirk: the count after the last element, then END; empty: 0 and END", () => {
    expect(walk(iterateSeq(seq([int(1)])), 3)).to.deep.equal([0n, 1n, ITERATOR_END]);
    expect(walk(iterateMap(map([[int(1), int(2)]])), 3)).to.deep.equal([0n, 1n, ITERATOR_END]);
    expect([iterateSeq(seq([])).index, iterateMap(map([])).index]).to.deep.equal([0n, ITERATOR_END]);
  });
});
