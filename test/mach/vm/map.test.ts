import { expect } from "chai";
import fc from "fast-check";
import { Kern } from "../../../mach/kern/kern-return.ts";
import { copyin, copyout, isFault, overwrite, readMemory, writeMemory } from "../../../mach/vm/access.ts";
import { VmCopy } from "../../../mach/vm/copy.ts";
import { VmMap } from "../../../mach/vm/map.ts";
import { PAGE_SIZE } from "../../../mach/vm/page.ts";

const PAGES = 12;

/** What a page should be: absent, or its first byte and what may be done. */
interface ModelPage {
  byte: number;
  prot: number;
  inherit: number;
  /** Number of a cell shared with other maps. */
  cell: { byte: number } | null;
}

/** One address space, as simply as can be. */
class Model {
  pages: (ModelPage | null)[] = new Array<ModelPage | null>(PAGES).fill(null);
  read = (i: number): number => this.pages[i]?.cell?.byte ?? this.pages[i]?.byte ?? -1;
  write(i: number, byte: number): void {
    const page = this.pages[i];
    if (!page) return;
    if (page.cell) page.cell.byte = byte;
    else page.byte = byte;
  }
  fork(): Model {
    const child = new Model();
    child.pages = this.pages.map((p) => {
      if (!p || p.inherit === 2) return null;
      if (p.inherit === 1) return { byte: p.cell?.byte ?? p.byte, prot: p.prot, inherit: p.inherit, cell: null };
      p.cell ??= { byte: p.byte };
      return { ...p };
    });
    return child;
  }
}

interface World {
  readonly maps: VmMap[];
  readonly models: Model[];
}
type Step = readonly [op: number, map: number, from: number, count: number, value: number];

/** Does one step on both; says what differs. */
function step({ maps, models }: World, [op, which, from, size, value]: Step): void {
  const map = maps[which % maps.length];
  const model = models[which % models.length];
  if (!map || !model) return;
  const [address, count] = [from * PAGE_SIZE, Math.min(size, PAGES - from)];
  const pages = model.pages.slice(from, from + count);
  const allow = (bits: number): boolean => pages.every((p) => p !== null && (p.prot & bits) === bits);
  switch (op) {
    case 0: {
      const free = pages.every((p) => p === null);
      expect(map.allocate(address, count * PAGE_SIZE, false).err).to.equal(free ? 0 : Kern.NO_SPACE);
      if (free) for (let i = 0; i < count; i++) model.pages[from + i] = { byte: 0, prot: 3, inherit: 1, cell: null };
      return;
    }
    case 1:
      map.deallocate(address, count * PAGE_SIZE);
      model.pages.fill(null, from, from + count);
      return;
    case 2: {
      const fault = writeMemory(map, address, new Uint8Array(count * PAGE_SIZE).fill(value));
      expect(fault === undefined).to.equal(allow(2));
      if (fault === undefined) for (let i = 0; i < count; i++) model.write(from + i, value);
      return;
    }
    case 3:
      map.protect(address, count * PAGE_SIZE, false, value & 7);
      for (const p of pages) if (p) p.prot = value & 7;
      return;
    case 4:
      map.inherit(address, count * PAGE_SIZE, value % 3);
      for (const p of pages) if (p) p.inherit = value % 3;
      return;
    case 5:
      if (maps.length < 4) {
        maps.push(map.fork());
        models.push(model.fork());
      }
      return;
    case 6: {
      const to = maps[value % maps.length];
      const toModel = models[value % models.length];
      const copy = copyin(map, address, count * PAGE_SIZE);
      expect(!isFault(copy)).to.equal(allow(1));
      if (isFault(copy) || !to || !toModel) return;
      const there = toModel.pages.slice(from, from + count).every((p) => p !== null && (p.prot & 2) !== 0);
      const bytes = Array.from({ length: count }, (_, i) => model.read(from + i));
      expect(overwrite(to, address, copy) === undefined).to.equal(there);
      if (there) bytes.forEach((b, i) => toModel.write(from + i, b));
      else copy.release();
    }
  }
}

/** Every page of every map is what the model says. */
function agree({ maps, models }: World): void {
  for (const [m, map] of maps.entries()) {
    for (let i = 0; i < PAGES; i++) {
      const page = models[m]?.pages[i] ?? null;
      const entry = map.list.at(i * PAGE_SIZE);
      expect(entry === undefined ? null : [entry.protection, entry.inheritance], `map ${m} page ${i}`).to.deep.equal(page && [page.prot, page.inherit]);
      const data = readMemory(map, i * PAGE_SIZE + 17, 1);
      if (page && page.prot & 1) expect(isFault(data) ? -1 : data[0], `map ${m} page ${i}`).to.equal(models[m]?.read(i));
    }
    const { entries } = map.list;
    for (const [i, e] of entries.entries()) expect(e.start < e.end && (entries[i + 1]?.start ?? Infinity) >= e.end, "entries are in order").to.equal(true);
  }
}

describe("address spaces", () => {
  it("agree with a page-by-page model over random calls, forks, shared memory and copies", () => {
    const steps = fc.tuple(fc.nat(6), fc.nat(3), fc.nat(PAGES - 1), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 40 }), (script) => {
        const world: World = { maps: [new VmMap()], models: [new Model()] };
        for (const s of script) {
          step(world, s);
          agree(world);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("a copy in transit is a snapshot: neither side sees what the other writes later", () => {
    const [a, b] = [new VmMap(), new VmMap()];
    a.allocate(0, 8192, false);
    writeMemory(a, 0, new Uint8Array(8192).fill(1));
    const copy = copyin(a, 100, 5000);
    if (isFault(copy)) throw new Error("no copy");
    writeMemory(a, 0, new Uint8Array(8192).fill(2));
    const address = copyout(b, copy) ?? -1;
    expect(address % PAGE_SIZE, "it keeps its place in the page").to.equal(100);
    expect(readMemory(b, address, 5000)).to.deep.equal(new Uint8Array(5000).fill(1));
    writeMemory(b, address, Uint8Array.of(3));
    expect(readMemory(a, 100, 1)).to.deep.equal(Uint8Array.of(2));
  });

  it("bytes from registers become whole pages, zero at the end", () => {
    const map = new VmMap();
    const address = copyout(map, VmCopy.ofBytes(Uint8Array.of(1, 2, 3))) ?? -1;
    expect(readMemory(map, address, 5)).to.deep.equal(Uint8Array.of(1, 2, 3, 0, 0));
  });

  it("data that would exceed the limit finds no place, and is let go of; whoever received it is told MACH_MSG_VM_SPACE", () => {
    const map = new VmMap();
    map.limit = { current: 2 * PAGE_SIZE, maximum: 2 * PAGE_SIZE };
    expect(copyout(map, VmCopy.ofBytes(new Uint8Array(2 * PAGE_SIZE + 1)))).to.equal(undefined);
    expect(map.size).to.equal(0);
    expect(copyout(map, VmCopy.ofBytes(new Uint8Array(2 * PAGE_SIZE)))).to.equal(0);
    expect(copyout(map, VmCopy.ofBytes(new Uint8Array(1)))).to.equal(undefined);
  });

  it("text that was registered goes when its range is deallocated", () => {
    const gone: number[][] = [];
    const map = new VmMap();
    map.watcher = { unmapped: (start, end) => void gone.push([start, end]) };
    map.deallocate(0, 0xc0000000);
    expect(gone).to.deep.equal([[0, 0xc0000000]]);
  });
});
