import { expect } from "chai";
import fc from "fast-check";
import { decodeImage, decodeInstruction, encodeImage, encodeInstruction } from "../../../mach/kern/image.ts";

describe("program images", () => {
  it("hold an instruction record at their entry", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z/.-]{1,60}$/), fc.option(fc.uint8Array({ minLength: 1, maxLength: 9000 })), (name, data) => {
        const bytes = encodeImage(name, data === null ? {} : { data });
        const r = decodeImage(bytes);
        if (!r.ok) return false;
        const text = r.image.segments[0];
        if (text === undefined) return false;
        const at = r.image.entry - text.address + text.offset;
        return decodeInstruction(bytes.subarray(at)) === name && r.image.segments.length === (data === null ? 1 : 2);
      }),
    );
  });
  it("that are cut off anywhere are refused, never misread", () => {
    const bytes = encodeImage("bin/true", { data: new Uint8Array(100) });
    for (let n = 0; n < bytes.length; n++) expect(decodeImage(bytes.subarray(0, n)).ok, `${n} bytes`).to.equal(false);
    expect(decodeImage(bytes.subarray(0, 200), bytes.length).ok, "its first part, with the file's size").to.equal(true);
  });
  it("never throw, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), fc.nat(255), (bytes, at, value) => {
        decodeImage(bytes);
        decodeInstruction(bytes);
        const image = encodeImage("bin/x");
        image[at % image.length] = value;
        const r = decodeImage(image);
        return r.ok ? r.image.segments.every((s) => s.address % 4096 === s.offset % 4096 && s.size <= s.memory) : r.why.length > 0;
      }),
      { numRuns: 500 },
    );
  });
  it("say why: another file, truncated, a header that says impossible things", () => {
    expect(decodeImage(new TextEncoder().encode("#!/bin/sh\n"))).to.deep.equal({ ok: false, why: "no image" });
    expect(decodeImage(encodeImage("a").subarray(0, 20))).to.deep.equal({ ok: false, why: "truncated" });
    const bad = encodeImage("a");
    bad.fill(0xff, 8, 40);
    expect(decodeImage(bad)).to.deep.equal({ ok: false, why: "bad header" });
  });
  it("an instruction record of another length or no record is a bad opcode", () => {
    expect(decodeInstruction(encodeInstruction("hurd/proc"))).to.equal("hurd/proc");
    expect(decodeInstruction(encodeInstruction("hurd/proc").subarray(0, 10))).to.equal(undefined);
    expect(decodeInstruction(new Uint8Array(64))).to.equal(undefined);
  });
});
