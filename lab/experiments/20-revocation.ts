/** E20: taking back what a program was started with (comparison.md §3, and §1 "Revocation of a passed object later"). */
import type { Conclusion, Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import { closedEntrypoint, closedPair, dissolvedObject } from "../revocation/genode.ts";
import { portEach, sharedPort } from "../revocation/mach.ts";
import type { Revocable } from "../revocation/revocable.ts";
import { derivedCapability } from "../revocation/sel4.ts";
import { cloudDescriptor, posixDescriptor } from "../revocation/unix.ts";

const scenes: Readonly<Record<string, () => Revocable>> = {
  "hurd-shared-port": sharedPort,
  "hurd-port-each": portEach,
  posix: posixDescriptor,
  cloudabi: cloudDescriptor,
  "genode-entrypoint": closedEntrypoint,
  "genode-object": dissolvedObject,
  "genode-2020": closedPair,
  sel4: derivedCapability,
};

/** Operations of P, before and after. */
const OPERATIONS = 4;

/** What comparison.md expects: whether P is cut off, whether Q is too, and whether P can still reach Q's by what it holds. */
const EXPECTED: Readonly<Record<string, { readonly cut: boolean; readonly collateral: number; readonly forged: boolean }>> = {
  "hurd-shared-port": { cut: true, collateral: 1, forged: false },
  "hurd-port-each": { cut: true, collateral: 0, forged: false },
  posix: { cut: false, collateral: 0, forged: false },
  cloudabi: { cut: false, collateral: 0, forged: false },
  "genode-entrypoint": { cut: true, collateral: 1, forged: false },
  "genode-object": { cut: true, collateral: 0, forged: true },
  "genode-2020": { cut: true, collateral: 0, forged: false },
  sel4: { cut: true, collateral: 0, forged: false },
};

function run({ way, at }: Point): Outcome {
  const scene = scenes[String(way)]?.();
  if (scene === undefined) return { dv: { before: 0, after: 0, collateral: 0, forged: false }, failState: "fatal" };
  const moment = Number(at);
  const uses = (times: number): number => Array.from({ length: times }, () => scene.use("P")).filter((ok) => ok).length;
  const worked = scene.use("Q");
  const before = uses(moment);
  scene.revoke();
  const after = uses(OPERATIONS - moment);
  const collateral = worked && !scene.use("Q") ? 1 : 0;
  return { dv: { before, after, collateral, forged: scene.forge() } };
}

function expected({ iv, dv }: Line): boolean {
  const should = EXPECTED[String(iv.way)];
  if (should === undefined) return false;
  const at = Number(iv.at);
  return dv.before === at && dv.after === (should.cut ? 0 : OPERATIONS - at) && dv.collateral === should.collateral && dv.forged === should.forged;
}

function conclude(lines: readonly Line[]): Conclusion {
  const wrong = lines.filter((l) => !expected(l));
  const names = [...new Set(lines.map((l) => String(l.iv.way)))];
  const of = (name: string): readonly Line[] => lines.filter((l) => l.iv.way === name);
  const never = names.filter((name) => of(name).some((l) => Number(l.dv.after) > 0));
  const collateral = names.filter((name) => of(name).some((l) => Number(l.dv.collateral) > 0));
  const forged = names.filter((name) => of(name).some((l) => l.dv.forged === true));
  const exact = names.filter((name) => !never.includes(name) && !collateral.includes(name) && !forged.includes(name));
  const list = (which: readonly string[]): string => (which.length === 0 ? "none" : which.join(", "));
  return {
    asExpected: wrong.length === 0 && lines.length > 0,
    text: [
      `Exact: ${list(exact)}. With everybody else who has it: ${list(collateral)}. Not at all: ${list(never)}, where S can only close its own.`,
      `Cut off from its object, and still in possession of the way to others': ${list(forged)}.`,
      ...(wrong.length > 0 ? [`Not as expected: ${wrong.map((l) => `${String(l.iv.way)} at ${String(l.iv.at)}`).join(", ")}.`] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e20-revocation",
  title: "Revocation after launch",
  question: "S has given the same kind of thing to P and to Q and wants P's back. Which operations of P still work, and who else is cut off?",
  setUp: `P makes ${OPERATIONS} operations; after some of them S revokes what P has, as its system lets it: destroys the receive right (one for both clients, or one each), closes its own descriptor, closes the entrypoint, dissolves the object, revokes in the derivation tree.`,
  independent: [
    { name: "way", what: "the system, and what S does", values: Object.keys(scenes) },
    { name: "at", what: "operations of P before the revocation", values: [0, 2, 4], parse: (text) => (/^[0-4]$/.test(text) ? Number(text) : undefined) },
  ],
  dependent: [
    { name: "before", what: "operations of P that worked before" },
    { name: "after", what: "operations of P that worked afterwards" },
    { name: "collateral", what: "others that are cut off too" },
    { name: "forged", what: "P still reaches Q's object by what it holds" },
  ],
  expected: "seL4 exact; the Hurd and Genode cut all clients of the port or entrypoint; descriptors cannot be revoked.",
  plot: { mark: "bar", x: "way", y: "after", colour: "at" },
  run,
  conclude,
};
