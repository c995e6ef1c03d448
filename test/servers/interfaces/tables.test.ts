import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Shape } from "../../../mach/mig/kind.ts";
import type { Fields, Routine } from "../../../mach/mig/subsystem.ts";
import { catalogue, hurdSubsystems, msgidName, msgidsLines, routineById } from "../../../servers/interfaces/catalogue.ts";

/** [name, id, reply id or null, disposition of the destination, in, out]; an argument is "name type:bits:count…" (`spell`). */
type Row = readonly [string, number, number | null, number, readonly string[], readonly string[]];
interface Table {
  readonly name: string;
  readonly base: number;
  readonly routines: readonly Row[];
}
const tables = JSON.parse(readFileSync(new URL("../../data/rpc-tables.json", import.meta.url), "utf8")) as readonly Table[];

const count = (s: Shape): string => {
  switch (s.count.kind) {
    case "fixed":
      return String(s.count.n);
    case "bounded":
      return `<${s.count.max}`;
    case "indefinite":
      return "~";
    case "outOfLine":
      return "@";
  }
};

/** A shape in the words of the table: P polymorphic, > what the receiver finds, c a C string, L long form, ! and ? deallocation, # countInOut. */
function spell(s: Shape): string {
  const received = s.receivedAs === undefined ? "" : `>${s.receivedAs}`;
  const dealloc = { no: "", yes: "!", maybe: "?" }[s.dealloc];
  const inOut = "inOut" in s.count && s.count.inOut === true ? "#" : "";
  return `${s.polymorphic ? "P" : s.type}:${s.bits}:${count(s)}${received}${s.cString ? "c" : ""}${s.longform ? "L" : ""}${dealloc}${inOut}`;
}
const spellAll = (fields: Fields): readonly string[] => Object.entries(fields).map(([name, kind]) => `${name} ${spell(kind.shape)}`);
const row = (name: string, r: Routine): Row => [name, r.id, r.out === null ? null : r.id + 100, r.requestPort, spellAll(r.in), spellAll(r.out ?? {})];

describe("interface definitions (rpc-tables.json)", () => {
  it("are all in the table, and the table in them", () => {
    expect(catalogue.map((s) => s.name).sort()).to.deep.equal(tables.map((t) => t.name).sort());
  });

  for (const table of tables) {
    it(`${table.name}: ids, order, types, dispositions, counts`, () => {
      const sub = catalogue.find((s) => s.name === table.name);
      expect(sub?.base).to.equal(table.base);
      const defined = Object.entries(sub?.routines ?? {}).map(([name, r]) => row(name, r));
      const expected = [...table.routines].sort((a, b) => a[1] - b[1]);
      for (const [i, routine] of expected.entries()) expect(defined[i]).to.deep.equal(routine);
      expect(defined.length).to.equal(expected.length);
    });
  }

  it("use no id twice", () => {
    const ids = catalogue.flatMap((s) => Object.values(s.routines).map((r) => r.id));
    expect(new Set(ids).size).to.equal(ids.length);
  });
});

describe("message id names (rpctrace.md §4; recorded/rpctrace)", () => {
  it("are those that a real rpctrace printed", () => {
    const seen = { 20018: "dir_lookup", 21013: "io_stat_request", 21014: "io_reauthenticate", 24016: "proc_getpids_request" };
    const more = { 24064: "proc_reauthenticate_complete", 23000: "msg_sig_post_request", 25000: "auth_getids", 25002: "auth_user_authenticate_request" };
    for (const [id, name] of Object.entries({ ...seen, ...more })) expect(msgidName(Number(id))).to.equal(name);
  });

  it("name a reply after its request, and nothing else", () => {
    expect(msgidName(20118)).to.equal("dir_lookup-reply");
    expect(msgidName(21113)).to.equal("io_stat_reply");
    expect(msgidName(20218)).to.equal(undefined);
  });

  it("stand in MIG's list form", () => {
    const fs = hurdSubsystems.find((s) => s.name === "fs");
    expect(fs && msgidsLines(fs)).to.include("fs 20000 dir_lookup 18 20018 20118");
    expect(routineById(20018)?.name).to.equal("dir_lookup");
  });
});
