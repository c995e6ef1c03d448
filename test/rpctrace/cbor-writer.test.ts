import { Decoder } from "cbor-x";
import { expect } from "chai";
import fc from "fast-check";
import { CborWriter, type CborValue } from "../../rpctrace/cbor-writer.ts";
import { crc32 } from "../../rpctrace/crc32.ts";

const CHECKSUM = 5;
/** The bytes of one item with its checksum. */
function written(v: CborValue): Uint8Array {
  const pieces: Uint8Array[] = [];
  const writer = new CborWriter((bytes) => pieces.push(bytes));
  writer.item(v);
  writer.flush();
  expect(pieces).to.have.length(1);
  return pieces[0] ?? new Uint8Array(0);
}

const decoder = new Decoder({ useRecords: false, tagUint8Array: false });
const read = (item: Uint8Array): unknown => decoder.decode(item.subarray(0, -CHECKSUM)) as unknown;

const plain = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.double({ noNaN: true }),
  fc.string({ unit: "grapheme" }),
  fc.boolean(),
  fc.constant(undefined),
  fc.constant(null),
  fc.uint8Array({ maxLength: 300 }),
);
const value: fc.Arbitrary<CborValue> = fc.letrec<{ any: CborValue }>((tie) => ({ any: fc.oneof({ maxDepth: 3 }, plain, fc.array(tie("any"), { maxLength: 30 })) })).any;

/** cbor-x gives bytes as a Buffer and large integers as bigint. */
function same(a: unknown, b: CborValue): boolean {
  if (Array.isArray(b)) return Array.isArray(a) && a.length === b.length && b.every((x, i) => same(a[i], x as CborValue));
  if (b instanceof Uint8Array) return a instanceof Uint8Array && Buffer.compare(a, b) === 0;
  return typeof a === "bigint" ? Number(a) === b : Object.is(a, b);
}

describe("the writer of traces", () => {
  it("writes what cbor-x reads back, whatever the values", () => {
    fc.assert(fc.property(value, (v) => same(read(written(v)), v)));
  });

  it("puts the checksum of the item behind it, as a number of 32 bits", () => {
    const item = written([1, "two", [3]]);
    const at = item.length - CHECKSUM;
    expect(item[at]).to.equal(0x1a);
    expect(new DataView(item.buffer, item.byteOffset).getUint32(at + 1)).to.equal(crc32(item.subarray(0, at)));
  });

  it("never writes again where an item lies, across chunks and for items larger than one", () => {
    const items: Uint8Array[] = [];
    const writer = new CborWriter((bytes) => items.push(bytes));
    const sizes = [10, 30_000, 40_000, 200_000, 5, 65_530, 1];
    for (const [i, size] of sizes.entries()) {
      writer.item([i, new Uint8Array(size).fill(i)]);
      writer.flush();
    }
    expect(items).to.have.length(sizes.length);
    items.forEach((item, i) => expect(same(read(item), [i, new Uint8Array(sizes[i] ?? 0).fill(i)]), `item ${i}`).to.equal(true));
  });

  it("takes as few bytes as CBOR has for a number", () => {
    const length = (n: number): number => written(n).length - CHECKSUM;
    expect([0, 23, 24, 255, 256, 65535, 65536, 0xffffffff, 0x100000000, -1, -24, -25].map(length)).to.deep.equal([1, 1, 2, 2, 3, 3, 5, 5, 9, 1, 1, 2]);
  });

  it("writes many numbers at once as it writes each of them", () => {
    const numbers = fc.array(fc.oneof(fc.nat(30), fc.nat(70_000), fc.integer(), fc.maxSafeNat(), fc.double({ noNaN: true }).filter((n) => !Object.is(n, -0))), { maxLength: 15 });
    fc.assert(
      fc.property(numbers, (list) => {
        const pieces: Uint8Array[] = [];
        const writer = new CborWriter((bytes) => pieces.push(bytes));
        writer.begin();
        writer.numbers(list.length, list, list.length);
        writer.end();
        writer.flush();
        expect(pieces).to.deep.equal([written(list)]);
      }),
    );
  });

  it("hands over whole items only, each of them once and in their order, whenever it is asked to", () => {
    const sizes = fc.array(fc.tuple(fc.oneof(fc.nat(300), fc.nat(90_000)), fc.boolean()), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, (list) => {
        const pieces: Uint8Array[] = [];
        const writer = new CborWriter((bytes) => pieces.push(bytes));
        for (const [i, [size, flush]] of list.entries()) {
          writer.item([i, new Uint8Array(size)]);
          if (flush) writer.flush();
        }
        writer.flush();
        const all = list.map(([size], i) => written([i, new Uint8Array(size)]));
        expect(Buffer.compare(Buffer.concat(pieces), Buffer.concat(all))).to.equal(0);
        const ends = all.map((_, i) => all.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0));
        let at = 0;
        for (const piece of pieces) expect(ends).to.include((at += piece.length));
      }),
      { numRuns: 40 },
    );
  });
});

describe("the checksum", () => {
  /** By the definition: a bit at a time. */
  function byBits(bytes: Uint8Array): number {
    let c = -1;
    for (const byte of bytes) {
      c ^= byte;
      for (let i = 0; i < 8; i++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    }
    return ~c >>> 0;
  }

  it("is that of zip and PNG", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).to.equal(0xcbf43926);
    expect(crc32(new Uint8Array(0))).to.equal(0);
  });

  it("is the same by eights, fours and ones, wherever the bytes lie", () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(9), (bytes, from) => {
        const part = bytes.subarray(Math.min(from, bytes.length));
        expect(crc32(part)).to.equal(byBits(part));
      }),
    ));
});
