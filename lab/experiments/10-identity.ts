/** E10: identity by name and identity by object (comparison.md §3; genode-linux.md §7.2, 7.3). */
import { exploreAll, type Scenario } from "../explore/explore.ts";
import { honest, identities, preBind, rebind, rebindAfterDeath, type Identity, type Merged } from "../genode/scenarios/identity.ts";
import { registryRace, type Raced } from "../genode/scenarios/registry-race.ts";
import type { Conclusion, Experiment, Line, Outcome, Point } from "../model/experiment.ts";

const METHODS: readonly Identity[] = ["none", "peername", "peername-atomic", "inode"];
const ENTRYPOINTS = 3;

function merged(method: Identity, attack: string, receipts: number): Merged {
  const knobs = identities[method];
  switch (attack) {
    case "pre-bind":
      return preBind(knobs);
    case "rebind":
      return rebind(knobs);
    case "id-wrap":
      return rebindAfterDeath(knobs);
    default:
      return honest(knobs, ENTRYPOINTS, receipts);
  }
}

function run({ method, attack, receipts }: Point): Outcome {
  if (attack === "race") return race(method as Identity);
  const { wrong, missed, denied, kept } = merged(method as Identity, String(attack), Number(receipts));
  return { dv: { wrong, missed, denied, fds: kept } };
}

/** Two threads of R receive the same entrypoint's first descriptor: the worst that any schedule makes of it. */
function race(method: Identity): Outcome {
  const { outcomes, words } = exploreAll(registryRace(identities[method]));
  const all = [...outcomes.values()];
  const dies = all.find((o) => o.outcome.trouble !== undefined);
  const worst = dies ?? all.reduce((a, b) => (b.outcome.fds > a.outcome.fds ? b : a));
  const { fds } = worst.outcome;
  return { dv: { wrong: 0, missed: Math.max(0, fds - 1), denied: dies === undefined ? 0 : 1, fds }, failState: dies === undefined ? "none" : "fatal", schedule: worst.witness, verdict: words };
}

/** By comparison.md: by name both attacks merge what is different; without identity descriptors grow with the receipts; by object neither. */
function expected({ iv, dv }: Line): boolean {
  if (iv.attack === "race") return dv.denied === (iv.method === "peername" || iv.method === "inode" ? 1 : 0) && dv.missed === (iv.method === "none" ? 1 : 0);
  const attacked = iv.attack !== "no attack";
  const wrong = attacked && String(iv.method).startsWith("peername") ? 1 : 0;
  const missed = attacked || iv.method !== "none" ? 0 : ENTRYPOINTS * (Number(iv.receipts) - 1);
  return dv.wrong === wrong && dv.denied === wrong && dv.missed === missed;
}

function conclude(lines: readonly Line[]): Conclusion {
  const wrong = lines.filter((l) => !expected(l));
  const told = wrong.map((l) => `${String(l.iv.method)}, ${String(l.iv.attack)}, ${String(l.iv.receipts)} receipts: wrong ${String(l.dv.wrong)}, missed ${String(l.dv.missed)}`);
  return {
    asExpected: wrong.length === 0 && lines.length > 0,
    text:
      wrong.length === 0
        ? "By the peer's name every attack makes the receiver take two entrypoints for one: it closes the genuine socket and goes on with the attacker's, or with a dead one for ever. By the object (the inode) nothing is merged wrongly and nothing missed. With no identity nothing is merged at all: descriptors grow with the receipts. Either way a lookup and an association that are two steps let two threads of R end it (one preemption); in one step no schedule does."
        : `Not as expected at ${told.join("; ")}.`,
  };
}

export const experiment: Experiment = {
  name: "e10-identity",
  title: "Identity by name versus by object",
  question: "A process is given a socket. Does it lead to an entrypoint that the process knows? What do attacks make of the answer?",
  setUp: `R receives entrypoints' sockets. No attack: ${ENTRYPOINTS} entrypoints, each so many times. pre-bind: an attacker binds the victim's name first, and R gets its socket before the victim's. rebind: the victim dies, and an attacker binds its name. id-wrap: it dies, thread numbers come round, and another honest entrypoint has the name. race: nobody attacks, but two threads of R receive one entrypoint's socket at once; every schedule.`,
  independent: [
    { name: "method", what: "what tells that two sockets lead to one entrypoint", values: METHODS },
    { name: "attack", what: "what somebody else does", values: ["no attack", "pre-bind", "rebind", "id-wrap", "race"] },
    { name: "receipts", what: "how many times R is given each entrypoint", values: [1, 4, 16], parse: (text) => (/^[1-9]\d?$/.test(text) ? Number(text) : undefined) },
  ],
  dependent: [
    { name: "wrong", what: "entrypoints that R takes for another" },
    { name: "missed", what: "descriptors that R keeps although it has one to the same entrypoint" },
    { name: "denied", what: "entrypoints that R was given and cannot reach, or R itself, when it dies" },
    { name: "fds", what: "descriptors that R keeps for entrypoints" },
  ],
  expected: "By name: wrong merges in both attacks. By object: none. Without: linear growth.",
  plot: { mark: "bar", x: "attack", y: "wrong", colour: "method" },
  sensible: ({ attack, receipts }) => attack === "no attack" || receipts === 1,
  run,
  scenario: ({ method, attack, receipts }): Scenario<Raced | Merged> =>
    attack === "race" ? (registryRace(identities[method as Identity]) as Scenario<Raced | Merged>) : { run: () => merged(method as Identity, String(attack), Number(receipts)), key: (outcome) => JSON.stringify(outcome) },
  conclude,
};
