import { expect } from "chai";
import fc from "fast-check";
import { encodeCore, type CoreImage, type Region } from "../../../servers/crash/elf-core.ts";
import { coreFileName, DEFAULTS, parseOptions, showOptions } from "../../../servers/crash/options.ts";

const PAGE = 4096;

/** Reads a core as a debugger would: by the ELF header alone. */
function read(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer);
  const word = (at: number): number => view.getUint32(at, true);
  const phoff = word(28);
  const phdrs = Array.from({ length: view.getUint16(44, true) }, (_, i) => {
    const [type = 0, offset = 0, vaddr = 0, , filesz = 0, memsz = 0, flags = 0, align = 0] = Array.from({ length: 8 }, (_w, j) => word(phoff + 32 * i + 4 * j));
    return { type, offset, vaddr, filesz, memsz, flags, align };
  });
  return { word, phdrs, header: { magic: word(0), class: bytes[4], type: view.getUint16(16, true), machine: view.getUint16(18, true) } };
}

const region: fc.Arbitrary<Region> = fc
  .record({ page: fc.nat(1000), pages: fc.integer({ min: 1, max: 3 }), protection: fc.nat(7), present: fc.boolean(), byte: fc.nat(255) })
  .map(({ page, pages, protection, present, byte }) => ({
    ...{ address: page * PAGE, size: pages * PAGE, protection },
    data: present ? new Uint8Array(pages * PAGE).fill(byte) : undefined,
  }));

const image: fc.Arbitrary<CoreImage> = fc.record({
  ...{ signo: fc.integer({ min: 1, max: 32 }), sigcode: fc.nat(9), sigerror: fc.nat(9), pid: fc.nat(30000), command: fc.string() },
  threads: fc.array(fc.array(fc.nat(), { minLength: 17, maxLength: 17 }), { maxLength: 3 }),
  regions: fc.array(region, { maxLength: 5 }),
});

describe("a core image", () => {
  it("is an ELF core of the i386, whose segments are the task's memory", () => {
    fc.assert(
      fc.property(image, (core) => {
        const bytes = encodeCore(core);
        const { phdrs, header } = read(bytes);
        expect(header).to.deep.equal({ magic: 0x464c457f, class: 1, type: 4, machine: 3 });
        expect(phdrs.map((p) => p.type)).to.deep.equal([4, ...core.regions.map(() => 1)]);
        core.regions.forEach((r, i) => {
          const p = phdrs[i + 1];
          expect([p?.vaddr, p?.memsz, p?.filesz, (p?.offset ?? 1) % PAGE]).to.deep.equal([r.address, r.size, r.data?.length ?? 0, 0]);
          expect([(p?.flags ?? 0) & 4, (p?.flags ?? 0) & 2, (p?.flags ?? 0) & 1].map(Boolean)).to.deep.equal([1, 2, 4].map((bit) => Boolean(r.protection & bit)));
          expect(bytes.subarray(p?.offset, (p?.offset ?? 0) + (p?.filesz ?? 0))).to.deep.equal(r.data ?? new Uint8Array(0));
        });
      }),
      { numRuns: 50 },
    );
  });

  it("has a note for the process and one for each thread, with the signal and the registers", () => {
    fc.assert(
      fc.property(image, (core) => {
        const { phdrs, word } = read(encodeCore(core));
        const end = (phdrs[0]?.offset ?? 0) + (phdrs[0]?.filesz ?? 0);
        const threads: number[][] = [];
        for (let at = phdrs[0]?.offset ?? 0; at < end; ) {
          const [namesz, descsz, type] = [word(at), word(at + 4), word(at + 8)];
          const desc = at + 12 + Math.ceil(namesz / 4) * 4;
          if (type === 1) threads.push(Array.from({ length: descsz / 4 }, (_, i) => word(desc + 4 * i)));
          else expect([type, word(desc)]).to.deep.equal([3, core.pid]);
          at = desc + Math.ceil(descsz / 4) * 4;
        }
        expect(threads).to.deep.equal(core.threads.map((registers, i) => [core.signo, core.sigcode, core.sigerror, i, ...registers]));
      }),
      { numRuns: 50 },
    );
  });
});

describe("the crash server's options", () => {
  it("are shown as they can be given", () => {
    for (const words of [["-s"], ["--kill"], ["-a", "core-file", "--orphan-action=kill"], ["--action=suspend", "-C", "/tmp/%p"], []]) {
      const options = parseOptions(words, DEFAULTS);
      expect(options, words.join(" ")).not.to.equal(undefined);
      if (options !== undefined) expect(parseOptions(showOptions(options), DEFAULTS)).to.deep.equal(options);
    }
  });

  it("that are not understood are refused whole", () => {
    for (const words of [["--action"], ["--action=sleep"], ["-x"], ["--suspend=yes"], ["suspend"], ["--core-file-name"]]) {
      expect(parseOptions(words, DEFAULTS), words.join(" ")).to.equal(undefined);
    }
  });

  it("an action alone is for orphans too; the bare default is not", () => {
    expect(parseOptions([], DEFAULTS)).to.deep.include({ action: "suspend", orphanAction: "core-file" });
    expect(parseOptions(["--kill"], DEFAULTS)).to.deep.include({ action: "kill", orphanAction: "kill" });
    expect(parseOptions(["-O", "kill"], DEFAULTS)).to.deep.include({ action: "suspend", orphanAction: "kill" });
  });

  it("a name template knows process, signal, time and the percent sign", () => {
    expect(coreFileName("/c/%p.%s.%t%%%x", 12, 11, 99)).to.equal("/c/12.11.99%%x");
  });
});
