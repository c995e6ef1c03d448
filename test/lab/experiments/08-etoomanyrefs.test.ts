import { expect } from "chai";
import { experiment } from "../../../lab/experiments/08-etoomanyrefs.ts";
import { lineAt, linesOf } from "./runs.ts";

describe("E8: ETOOMANYREFS", () => {
  const lines = linesOf(experiment);

  it("with the server's socket: L + 2 fresh, L + 1 warmed, for any ring", () => {
    for (const ring of [1, 2, 5])
      for (const [limit, fresh] of [["level 1", 3], ["level 4", 6], ["level 8", 10]] as const) {
        const at = { delegated: "server", limit, reset: "stream-only", ring, sessions: 12 };
        expect(lineAt(lines, { ...at, warmed: false }).dv["firstFailure"], `${limit}, ring of ${ring}`).to.equal(fresh);
        expect(lineAt(lines, { ...at, warmed: true }).dv["firstFailure"], `${limit}, ring of ${ring}, warmed`).to.equal(fresh - 1);
      }
  });
  it("never with a client's socket, nor where any empty queue resets", () => {
    expect(lines.filter((l) => l.iv["delegated"] === "client" && String(l.iv["limit"]).startsWith("level")).map((l) => l.dv["firstFailure"])).to.satisfy((all: number[]) => all.every((n) => n === 0));
    expect(lineAt(lines, { delegated: "server", reset: "any-empty", warmed: false, sessions: 48 }).dv["firstFailure"]).to.equal(0);
  });
  it("per user: n + 1 outstanding, the next fails", () => {
    expect(lineAt(lines, { limit: "user 16", sessions: 48 }).dv).to.include({ firstFailure: 18, inFlight: 17, error: -109 });
  });
  it("comes out as expected, and the conclusion can say no", () => {
    expect(experiment.conclude(lines).text).to.not.include("Not as expected");
    expect(experiment.conclude(lines)).to.have.property("asExpected", true);
    const wrong = lines.map((l) => (l.iv["limit"] === "level 4" ? { ...l, dv: { ...l.dv, firstFailure: 1 } } : l));
    expect(experiment.conclude(wrong)).to.have.property("asExpected", false);
  });
});
