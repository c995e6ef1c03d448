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
});
