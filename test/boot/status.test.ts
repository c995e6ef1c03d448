import { readFileSync } from "node:fs";
import { expect } from "chai";
import { merged, status, table, withTable } from "../../boot/status.ts";

describe("npm run status", () => {
  it("joins the calls for one interface of one server", () => {
    const rows = [
      { server: "b", subsystem: "io", has: ["io_read"], lacks: ["io_write", "io_seek"] },
      { server: "a", subsystem: "io", has: ["io_read"], lacks: [] },
      { server: "b", subsystem: "io", has: ["io_seek"], lacks: ["io_read", "io_write"] },
    ];
    expect(merged(rows)).to.deep.equal([
      { server: "a", subsystem: "io", has: ["io_read"], lacks: [] },
      { server: "b", subsystem: "io", has: ["io_read", "io_seek"], lacks: ["io_write"] },
    ]);
    expect(table(rows)).to.include("| a | io | 1 of 1 | all |\n| b | io | 2 of 3 | all but `io_write` |\n");
    expect(table([{ server: "c", subsystem: "io", has: ["io_read"], lacks: ["io_write", "io_seek"] }])).to.include("| only `io_read` |");
  });

  it("puts the table between its marks, and nothing else anywhere", () => {
    const text = "# A\n<!-- npm run status -- --write -->\nold\n<!-- end of status -->\nB\n";
    const written = withTable(text, []);
    expect(written).to.match(/^# A\n<!-- npm[^>]*-->\n\| server[^]*\n<!-- end of status -->\nB\n$/);
    expect(written).not.to.include("old");
    expect(() => withTable("# A\n", [])).to.throw("no marks");
  });

  it("finds what the auth server implements: its whole interface", () => {
    const rows = merged(status());
    const auth = rows.find((r) => r.server === "auth");
    expect(auth?.lacks).to.deep.equal([]);
    expect(auth?.has).to.include("auth_makeauth");
    const proc = rows.find((r) => r.server === "proc" && r.subsystem === "proc");
    expect(proc?.has).to.include("proc_child");
  }).timeout(60_000);

  it("every routine of exec, exec_startup, auth, process and msg has an answer of its own, or is known to have none", () => {
    const tables = JSON.parse(readFileSync(new URL("../data/rpc-tables.json", import.meta.url), "utf8")) as readonly { readonly name: string; readonly routines: readonly (readonly [string, ...unknown[]])[] }[];
    const rows = merged(status());
    for (const [table, server, subsystem, without] of CORE) {
      const wanted = tables.find((t) => t.name === table)?.routines.map(([name]) => name) ?? [];
      const row = rows.find((r) => r.server === server && r.subsystem === subsystem);
      expect(wanted, table).not.to.deep.equal([]);
      expect(wanted.filter((name) => !row?.has.includes(name)), table).to.deep.equal(without);
    }
  }).timeout(60_000);
});

/** Table, who answers, the definition's name, and what is left to the default answer. `msg_set_dtable` is EOPNOTSUPP in the real library too (auth-proc.md §4.3). */
const CORE = [
  ["exec", "exec", "exec", []],
  ["exec_startup", "exec", "execStartup", []],
  ["auth", "auth", "auth", []],
  ["process", "proc", "proc", []],
  ["msg", "glibc-shim", "msg", ["msg_set_dtable"]],
] as const;
