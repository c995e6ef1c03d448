import { expect } from "chai";
import { ca4f, f33c } from "../../../lab/genode/base/knobs.ts";
import { Stage } from "../../../lab/genode/base/stage.ts";
import { linux2012, linuxModern } from "../../../lab/genode/linux/limits.ts";
import { recvmsg, sendmsg, socketpair } from "../../../lab/genode/linux/libc.ts";
import { callFrom, server } from "../../../lab/genode/scenarios/cast.ts";
import { outstanding, selfCarry } from "../../../lab/genode/scenarios/self-carry.ts";

describe("where ETOOMANYREFS came from (genode-linux.md §9)", () => {
  const era = { knobs: ca4f, limit: linux2012, calls: 12 };

  it("G1: a fresh server socket that carries itself fails at the sixth call, a warmed one at the fifth", () => {
    expect(selfCarry({ ...era, ring: 1, warmed: false })).to.include({ firstFailure: 6, error: -109, plainWorks: true });
    expect(selfCarry({ ...era, ring: 1, warmed: true })).to.include({ firstFailure: 5, error: -109, plainWorks: true });
  });

  it("G1: afterwards every carry fails, and the caller loops for ever", () => {
    const stage = new Stage({ knobs: ca4f });
    const s = server(stage, "S");
    stage.run();
    const results = Array.from({ length: 8 }, () => callFrom(stage, s, s.caps[0] ?? expect.fail(), s.caps).value);
    expect(results).to.deep.equal([0, 0, 0, 0, 0, "waits", "waits", "waits"]);
    expect(s.process.trouble).to.equal("sendmsg ETOOMANYREFS");
  });

  it("G2: two that swap their own capabilities fail at the sixth message with levels 4 and 5, warmed at the fifth with 5 and 4; a ring of any length at the same", () => {
    expect(selfCarry({ ...era, ring: 2, warmed: false })).to.deep.include({ firstFailure: 6, levels: [4, 5] });
    expect(selfCarry({ ...era, ring: 2, warmed: true })).to.deep.include({ firstFailure: 5, levels: [5, 4] });
    for (const ring of [3, 4, 5, 7]) {
      expect(selfCarry({ ...era, ring, warmed: false }).firstFailure, `ring of ${ring}`).to.equal(6);
      expect(selfCarry({ ...era, ring, warmed: true }).firstFailure, `ring of ${ring}, warmed`).to.equal(5);
    }
  });

  it("G3: with client sockets a thousand such calls do nothing to the levels", () => {
    const ran = selfCarry({ knobs: f33c, limit: linux2012, ring: 2, warmed: true, calls: 1000 });
    expect(ran).to.deep.include({ firstFailure: 0, levels: [1, 1], delegatedLevels: [0, 0] });
  });

  it("G4: with references counted for each user n + 1 are taken and the next is not; privilege lifts that", () => {
    for (const nofile of [16, 32, 64])
      expect(outstanding({ limit: linuxModern, nofile, privileged: false, messages: 100 })).to.deep.equal({ accepted: nofile + 1, error: -109, inFlight: nofile + 1 });
    expect(outstanding({ limit: linuxModern, nofile: 16, privileged: true, messages: 100 }).accepted).to.equal(100);
  });

  it("G4: one received, one more accepted", () => {
    const stage = new Stage({ limit: linuxModern, nofile: 16 });
    const answers: number[] = [];
    stage.actor("sender", function* () {
      const pair = yield* socketpair(true, "stream");
      if (typeof pair === "number") return 1;
      const one = (): ReturnType<typeof sendmsg> => sendmsg(pair[0], new Uint8Array(1), [pair[0]]);
      for (let i = 0; i < 18; i++) answers.push(yield* one());
      yield* recvmsg(pair[1], 8, true);
      answers.push(yield* one(), yield* one());
      return 0;
    });
    stage.run();
    expect(answers.slice(16)).to.deep.equal([1, -109, 1, -109]);
  });

  it("M4: level limits 1 to 8 fail first at 3 … 10, warmed one earlier; a per-user limit n takes n + 1", () => {
    const first = (max: number, warmed: boolean): number =>
      selfCarry({ knobs: ca4f, limit: { ...linux2012, level: { max, reset: "stream-only" } }, ring: 1, warmed, calls: 12 }).firstFailure;
    const limits = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(limits.map((l) => first(l, false))).to.deep.equal([3, 4, 5, 6, 7, 8, 9, 10]);
    expect(limits.map((l) => first(l, true))).to.deep.equal([2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
