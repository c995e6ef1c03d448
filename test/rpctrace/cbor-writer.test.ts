import { Decoder } from "cbor-x";
import { expect } from "chai";
import fc from "fast-check";
import { CborWriter, type CborValue } from "../../rpctrace/cbor-writer.ts";
import { crc32 } from "../../rpctrace/crc32.ts";

const CHECKSUM = 5;
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
    const writer = new CborWriter();
    fc.assert(fc.property(value, (v) => same(read(writer.item(v)), v)));
  });

  it("puts the checksum of the item behind it, as a number of 32 bits", () => {
    const item = new CborWriter().item([1, "two", [3]]);
    const at = item.length - CHECKSUM;
    expect(item[at]).to.equal(0x1a);
    expect(new DataView(item.buffer, item.byteOffset).getUint32(at + 1)).to.equal(crc32(item.subarray(0, at)));
  });

  it("never writes again where an item lies, across chunks and for items larger than one", () => {
    const writer = new CborWriter();
    const sizes = [10, 30_000, 40_000, 200_000, 5, 65_530, 1];
    const items = sizes.map((size, i) => writer.item([i, new Uint8Array(size).fill(i)]));
    items.forEach((item, i) => expect(same(read(item), [i, new Uint8Array(sizes[i] ?? 0).fill(i)]), `item ${i}`).to.equal(true));
  });

  it("takes as few bytes as CBOR has for a number", () => {
    const length = (n: number): number => new CborWriter().item(n).length - CHECKSUM;
    expect([0, 23, 24, 255, 256, 65535, 65536, 0xffffffff, 0x100000000, -1, -24, -25].map(length)).to.deep.equal([1, 1, 2, 2, 3, 3, 5, 5, 9, 1, 1, 2]);
  });
});
