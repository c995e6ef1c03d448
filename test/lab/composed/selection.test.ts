import { expect } from "chai";
import fc from "fast-check";
import type { Choice } from "../../../lab/composed/calls.ts";
import { carry, select } from "../../../lab/composed/selection.ts";
import { Space } from "../../../lab/composed/space.ts";
import type { Policy } from "../../../lab/model/launch.ts";

/** A space with descriptors, flagged or not, and raw names. */
const spaces = fc.record({ fds: fc.array(fc.boolean(), { maxLength: 8 }), raw: fc.nat(4) }).map(({ fds, raw }) => {
  const space = new Space();
  for (const [i, closeOnExec] of fds.entries()) space.addFd(space.add({ object: `fd${i}`, kind: "file", rights: ["r"], yields: [] }), closeOnExec);
  for (let i = 0; i < raw; i++) space.add({ object: `raw${i}`, kind: "port", rights: ["send"], yields: [] });
  return space;
});
const selections = fc.constantFrom<Policy["selectFds"]>("flag", "list", "construct");
const fates = fc.constantFrom<Policy["selectRights"]>("stay", "stay-minus-list", "drop", "none");

const objects = (space: Space): readonly string[] => [...space.names.values()].map((c) => c.object).sort();

describe("selection (comparison.md §6)", () => {
  it("whatever the policy: what is carried was there, every chosen descriptor is, and every descriptor has its name", () => {
    fc.assert(
      fc.property(spaces, selections, fates, fc.uniqueArray(fc.nat(8)), (space, selectFds, selectRights, list) => {
        const choice: Choice = { selectFds, selectRights, list, drop: ["raw0"] };
        const before = objects(space);
        const selection = select(space, choice);
        const to = new Space();
        carry(space, to, selection, choice);
        expect(objects(to).every((o) => before.includes(o))).to.equal(true);
        expect([...to.fds.keys()].sort()).to.deep.equal([...selection.fds.keys()].sort());
        for (const { name } of to.fds.values()) expect(to.names.has(name)).to.equal(true);
      }),
    );
  });

  it("raw names pass only where rights stay, and a listed one not even there", () => {
    fc.assert(
      fc.property(spaces, selections, fates, (space, selectFds, selectRights) => {
        const choice: Choice = { selectFds, selectRights, list: [], drop: ["raw0"] };
        const raw = objects(space).filter((o) => o.startsWith("raw"));
        const to = new Space();
        carry(space, to, select(space, choice), choice);
        const expected = selectRights === "stay" ? raw : selectRights === "stay-minus-list" ? raw.filter((o) => o !== "raw0") : [];
        expect(objects(to).filter((o) => o.startsWith("raw"))).to.deep.equal(expected);
      }),
    );
  });

  it("what is obtained after the choice is in neither half: it stays where rights stay", () => {
    const space = new Space();
    const choice: Choice = { selectFds: "flag", selectRights: "stay" };
    const selection = select(space, choice);
    space.addFd(space.add({ object: "late", kind: "file", rights: ["r"], yields: [] }), true);
    carry(space, space, selection, choice);
    expect([objects(space), space.fds.size]).to.deep.equal([["late"], 0]);
  });

  it("dense numbers are those of the list's order", () => {
    const space = new Space();
    for (const object of ["a", "b", "c"]) space.addFd(space.add({ object, kind: "file", rights: ["r"], yields: [] }), false);
    const choice: Choice = { selectFds: "list", selectRights: "none", list: [2, 0] };
    carry(space, space, select(space, choice), choice, "dense");
    expect([0, 1, 2].map((fd) => space.capabilityAt(fd)?.object)).to.deep.equal(["c", "a", undefined]);
  });
});
