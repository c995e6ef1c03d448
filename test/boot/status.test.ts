import { expect } from "chai";
import { merged, status, table } from "../../boot/status.ts";

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
    expect(table(rows)).to.include("| b | io | 2 of 3 | `io_write` |\n");
  });

  it("finds what the auth server implements: its whole interface", () => {
    const auth = merged(status()).find((r) => r.server === "auth");
    expect(auth?.lacks).to.deep.equal([]);
    expect(auth?.has).to.include("auth_makeauth");
    const proc = merged(status()).find((r) => r.server === "proc" && r.subsystem === "proc");
    expect(proc?.has).to.include("proc_child");
  }).timeout(60_000);
});
