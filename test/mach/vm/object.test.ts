/** Objects whose contents are copies of each other. */
import { expect } from "chai";
import { VmObject } from "../../../mach/vm/object.ts";
import { newPage, type Page } from "../../../mach/vm/page.ts";

function filled(pages: number): VmObject {
  const object = new VmObject();
  for (let i = 0; i < pages; i++) {
    const page = newPage();
    page.bytes[0] = i + 1;
    object.put(i, page);
  }
  return object;
}

const byteOf = (object: VmObject, page: number): number => object.resident(page)?.bytes[0] ?? 0;
const write = (object: VmObject, page: number, byte: number): void => void ((object.own(page) as Page).bytes[0] = byte);

describe("a copy of an object", () => {
  it("shows the part that was copied, and nothing beside it", () => {
    const part = filled(8).copy(2, 3);
    expect([-1, 0, 1, 2, 3].map((i) => byteOf(part, i))).to.deep.equal([0, 3, 4, 5, 0]);
    expect([...part.residents()]).to.deep.equal([0, 1, 2]);
    expect(part.residentCount).to.equal(3);
  });

  it("of a part of a copy counts from there", () => {
    const part = filled(8).copy(2, 5).copy(1, 9);
    expect([0, 1, 2, 3, 4].map((i) => byteOf(part, i))).to.deep.equal([4, 5, 6, 7, 0]);
  });

  it("keeps what was there when the original is written, and the other way round", () => {
    const original = filled(4);
    const copy = original.copy(0, Infinity);
    write(original, 1, 77);
    write(copy, 2, 99);
    original.drop(3);
    expect([0, 1, 2, 3].map((i) => byteOf(original, i))).to.deep.equal([1, 77, 3, 0]);
    expect([0, 1, 2, 3].map((i) => byteOf(copy, i))).to.deep.equal([1, 2, 99, 4]);
  });

  it("that is written beyond its part grows alone", () => {
    const original = filled(4);
    const part = original.copy(0, 2);
    write(part, 2, 55);
    expect([byteOf(part, 2), byteOf(original, 2), byteOf(part, 3)]).to.deep.equal([55, 3, 0]);
  });

  it("leaves pages to the original alone when it goes: they are written in place", () => {
    const original = filled(1);
    const page = original.resident(0);
    const copy = original.copy(0, 1);
    write(copy, 0, 9);
    copy.release();
    write(original, 0, 5);
    expect(original.resident(0)).to.equal(page);
    expect(page?.refs).to.equal(1);
  });
});
