import { expect } from "chai";
import fc from "fast-check";
import { eras, f33c, invalid9b24, type Era } from "../../../lab/genode/base/knobs.ts";
import { Marshaller, MAX_CAPS_PER_MSG, Unmarshaller } from "../../../lab/genode/base/message.ts";
import { RandomWalk } from "../../../lab/explore/random-walk.ts";
import { genode } from "../../../lab/genode/mechanism.ts";
import { graphHash } from "../../../lab/model/graph-hash.ts";
import { m1 } from "../../../lab/model/m1.ts";

type Part = { readonly word: number } | { readonly text: string } | { readonly cap: { readonly tid: number; readonly socket: number; readonly localName: number } };

const part = fc.oneof(
  fc.record({ word: fc.integer() }),
  fc.record({ text: fc.string() }),
  fc.record({ cap: fc.record({ tid: fc.integer({ min: 1, max: 99 }), socket: fc.nat(50), localName: fc.nat(1000) }) }),
);

describe("messages (genode-linux.md §3)", () => {
  it("read as they were written, in every era, up to eight capabilities", () => {
    fc.assert(
      fc.property(fc.constantFrom(...(Object.keys(eras) as Era[])), fc.array(part, { maxLength: 8 }), (era, parts: readonly Part[]) => {
        const knobs = eras[era];
        const out = new Marshaller(knobs);
        for (const p of parts) {
          if ("word" in p) out.word(p.word);
          else if ("text" in p) out.text(p.text);
          else out.cap(p.cap);
        }
        const read = new Unmarshaller(knobs, out.bytes, out.caps);
        for (const p of parts) {
          if ("word" in p) expect(read.word()).to.equal(p.word);
          else if ("text" in p) expect(read.text()).to.equal(p.text);
          else expect(read.cap()).to.include(knobs.destination === "tid" ? p.cap : { socket: p.cap.socket, localName: p.cap.localName });
        }
      }),
    );
  });

  it("every field takes words of eight bytes", () => {
    expect(new Marshaller(f33c).word(1).text("abcdefghi").bytes).to.have.length(8 + 8 + 16);
  });

  it("of a ninth capability the name is written and the descriptor dropped", () => {
    const out = new Marshaller(f33c);
    for (let i = 0; i < 9; i++) out.cap({ tid: 0, socket: i, localName: i });
    expect(out.caps).to.have.length(MAX_CAPS_PER_MSG);
    const read = new Unmarshaller(f33c, out.bytes, out.caps);
    const caps = Array.from({ length: 9 }, () => read.cap());
    expect(caps[8]).to.deep.equal({ tid: 0, socket: -1, localName: 8 });
  });

  it("an invalid capability is the name -1 from 9b24 on", () => {
    expect(new Unmarshaller(f33c, new Marshaller(invalid9b24).cap({ tid: 0, socket: -1, localName: 7 }).bytes, []).word()).to.equal(-1);
  });

  it("any bytes are read without harm", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(fc.constantFrom("word", "text", "cap"), { maxLength: 12 }), (bytes, reads) => {
        const read = new Unmarshaller(f33c, bytes, []);
        for (const kind of reads) expect(kind === "word" ? read.word() : kind === "text" ? read.text() : read.cap().socket).to.not.equal(undefined);
      }),
    );
  });
});

describe("the mechanism under other schedules", () => {
  it("gives the same graph and the same outcome", () => {
    const of = (seed: number): string => {
      const { atFirst, atQuiescence, outcome } = genode.launch(m1, { seed: 0, ...(seed === 0 ? {} : { strategy: new RandomWalk(seed) }) });
      return JSON.stringify([outcome, atFirst === undefined ? "" : graphHash(atFirst), graphHash(atQuiescence)]);
    };
    expect(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8].map(of)).size).to.equal(1);
  });
});
