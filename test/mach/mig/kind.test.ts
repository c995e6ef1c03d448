import { expect } from "chai";
import fc from "fast-check";
import type { Item } from "../../../mach/ipc/message.ts";
import { copySends, makeSend, MsgType, type MachPort } from "../../../mach/ipc/names.ts";
import { t, type AnyKind } from "../../../mach/mig/kind.ts";
import { catalogue } from "../../../servers/interfaces/catalogue.ts";

const port = (n: number): MachPort => n as MachPort;

/** An item as it arrives: rights in received form. */
const arrived = (item: Item, type: number = MsgType.MOVE_SEND): Item => ({ ...item, type: item.type >= MsgType.MOVE_RECEIVE ? type : item.type });

describe("kinds of argument", () => {
  it("give back what they were given", () => {
    fc.assert(fc.property(fc.integer(), (n) => t.int.unpack(t.int.pack(n)) === n));
    fc.assert(fc.property(fc.maxSafeInteger(), (n) => t.int64.unpack(t.int64.pack(n)) === n));
    fc.assert(fc.property(fc.boolean(), (b) => t.boolean.unpack(t.boolean.pack(b)) === b));
    fc.assert(fc.property(fc.array(fc.integer()), (a) => void expect(t.intArray.unpack(t.intArray.pack(a))).to.deep.equal(a)));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), (b) => void expect(t.data.unpack(t.data.pack(b))).to.deep.equal(b)));
  });

  it("send indefinite arrays in line up to 2048 bytes, and out of line above", () => {
    expect([t.data.pack(new Uint8Array(2048)).inline, t.data.pack(new Uint8Array(2049)).inline]).to.deep.equal([true, false]);
    expect([t.intArray.pack(new Array<number>(512).fill(0)).inline, t.intArray.pack(new Array<number>(513).fill(0)).inline]).to.deep.equal([true, false]);
    expect(t.pages.pack(new Uint8Array(1)).inline).to.equal(false);
  });

  it("refuse another type, width, count or place", () => {
    const good = t.ints(2).pack([1, 2]);
    expect(t.ints(2).unpack(good)).to.deep.equal([1, 2]);
    for (const bad of [{ type: MsgType.CHAR }, { bits: 16 }, { number: 3 }, { inline: false }]) expect(t.ints(2).unpack({ ...good, ...bad })).to.equal(undefined);
    expect(t.intsUpTo(2).unpack({ ...good, number: 3, data: [1, 2, 3] })).to.equal(undefined);
    expect(t.pages.unpack({ ...t.pages.pack(new Uint8Array(4)), inline: true })).to.equal(undefined);
  });

  it("want rights as they arrive: copy-send as a send right, never as it was sent", () => {
    const sent = t.copySend.pack(port(7));
    expect(sent.type).to.equal(MsgType.COPY_SEND);
    expect(t.copySend.unpack(sent)).to.equal(undefined);
    expect(t.copySend.unpack(arrived(sent))).to.equal(7);
    expect(t.polySend.unpack(arrived(t.polySend.pack(makeSend(port(9)))))).to.equal(9);
    expect(t.polySend.unpack(arrived(t.polySend.pack(makeSend(port(9))), MsgType.MOVE_SEND_ONCE))).to.equal(undefined);
    expect(t.polySends.unpack(arrived(t.polySends.pack(copySends([port(1), port(2)]))))).to.deep.equal([1, 2]);
  });

  it("tell what came where any right may come", () => {
    const once = arrived(t.poly.pack(makeSend(port(9))), MsgType.MOVE_SEND_ONCE);
    expect(t.poly.unpack(once)).to.deep.equal({ name: 9, disposition: MsgType.MOVE_SEND_ONCE });
  });

  it("cut strings so that the NUL fits", () => {
    expect(t.string(4).unpack(t.string(4).pack("abcdef"))).to.equal("abc");
    expect(t.string(4).pack("ab").number).to.equal(4);
    const element = t.stringElement(512).pack("kernel");
    expect([element.bits, element.number]).to.deep.equal([4096, 1]);
  });

  it("never throw on any item, and answer undefined for what does not fit", () => {
    const kinds: readonly AnyKind[] = catalogue.flatMap((s) => Object.values(s.routines).flatMap((r) => [...Object.values(r.in), ...Object.values(r.out ?? {})]));
    const data = fc.oneof(fc.integer(), fc.string(), fc.uint8Array(), fc.array(fc.integer()), fc.record({ address: fc.nat() }));
    const item = fc.record({ type: fc.nat(21), bits: fc.constantFrom(1, 8, 16, 32, 64, 4096), number: fc.nat(40), inline: fc.boolean(), longform: fc.boolean(), dealloc: fc.boolean(), data });
    fc.assert(
      fc.property(item, fc.nat(kinds.length - 1), (i, k) => {
        const kind = kinds[k];
        if (kind?.unpack(i) === undefined) return;
        expect(i.bits).to.equal(kind.shape.bits);
      }),
    );
  });
});
