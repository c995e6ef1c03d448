/** The rules of the whole machine hold after any operation, and each one is noticed when it is broken. */
import { expect } from "chai";
import fc from "fast-check";
import { checkRights, rules, type Holders } from "../../../mach/ipc/invariants.ts";
import { DEAD } from "../../../mach/ipc/kmsg.ts";
import { Right } from "../../../mach/ipc/names.ts";
import { mach_port_allocate, mach_port_insert_right, mach_port_move_member, mach_port_request_notification } from "../../../mach/ipc/port-calls.ts";
import { Port } from "../../../mach/ipc/port.ts";
import { PortSet } from "../../../mach/ipc/port-set.ts";
import { Space } from "../../../mach/ipc/space.ts";
import { anyOp, beginning, KernelSubject, resolved } from "./rights-operations.ts";

const host = { ids: { nextPort: 1 } };
const allocate = (space: Space, right: number): number => {
  const r = mach_port_allocate(host, space, right);
  if (r.err) throw new Error("allocate failed");
  return r.value;
};

/** A space with a send and receive right under 1, watched by 2, and a set under 3 that holds 2. */
function small(): { readonly space: Space; readonly port: Port; readonly member: Port; readonly set: PortSet; readonly holders: Holders } {
  const space = new Space();
  const [one, two, three] = [allocate(space, Right.RECEIVE), allocate(space, Right.RECEIVE), allocate(space, Right.PORT_SET)];
  const port = space.lookup(one)?.port;
  const member = space.lookup(two)?.port;
  const set = space.lookup(three)?.object;
  if (!port || !member || !(set instanceof PortSet)) throw new Error("no ports");
  mach_port_insert_right(space, one, port.makeSend(), 17);
  mach_port_request_notification(space, one, 72, 0, member.makeSendOnce());
  mach_port_move_member(space, two, three);
  return { space, port, member, set, holders: { spaces: [space], sends: [null, DEAD], sendOnces: [], receives: [], waitedAt: [], inHand: [] } };
}

describe("the rules of all rights", () => {
  it("hold for a small space", () => {
    checkRights(small().holders);
  });

  it("hold after any operation", () => {
    const play = (ops: readonly Parameters<typeof resolved>[0][]): void => {
      const kernel = new KernelSubject();
      for (const op of beginning) kernel.run(op);
      for (const op of ops) kernel.run(resolved(op, kernel));
    };
    fc.assert(fc.property(fc.array(anyOp, { maxLength: 60, size: "max" }), play), { numRuns: 500, seed: 11 });
  });

  const broken: readonly (readonly [string, (s: ReturnType<typeof small>) => void])[] = [
    [rules.sends, ({ port }) => port.srights++],
    [rules.sendOnces, ({ member }) => member.sorights--],
    [rules.receive, ({ port }) => (port.receiverName = 77)],
    [rules.sets, ({ member }) => (member.set = null)],
    [rules.sets, ({ set }) => set.members.clear()],
    [rules.queues, ({ port }) => port.msgcount++],
    [rules.dead, ({ member, space }) => ((member.dead = true), (member.noSenders = new Port(99)), space.free(2))],
    [rules.requests, ({ space }) => Object.assign(space.lookup(1) ?? {}, { request: 0 })],
    [rules.entries, ({ space }) => Object.assign(space.lookup(1) ?? {}, { urefs: 0 })],
    [rules.waiters, ({ member }) => member.pushReceiver({ below: null, accept: () => true, lost: () => undefined })],
  ];
  for (const [rule, breakIt] of broken) {
    it(`notice when this is broken: ${rule}`, () => {
      const world = small();
      breakIt(world);
      expect(() => checkRights(world.holders)).to.throw("invariant broken");
    });
  }
});
