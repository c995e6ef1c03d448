/** E8: where ETOOMANYREFS came from, and which change made it go (comparison.md §3; genode-linux.md §6). */
import { ca4f, f33c, type Knobs } from "../genode/base/knobs.ts";
import { outstanding, selfCarry } from "../genode/scenarios/self-carry.ts";
import { linux2012, linuxModern, unlimited, type KernelLimit, type LevelReset } from "../genode/linux/limits.ts";
import type { Conclusion, Experiment, Line, Outcome, Point } from "../model/experiment.ts";

const RESETS: readonly LevelReset[] = ["stream-only", "any-empty", "never"];
const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `level ${n}`);
const USERS = [8, 16, 32].map((n) => `user ${n}`);

/** The number in "level 4"; 0 in "none". */
const numberOf = (limit: string): number => Number(limit.split(" ")[1] ?? 0);

function limitOf({ limit, reset }: Point): KernelLimit {
  const text = String(limit);
  if (text === "none") return unlimited;
  return { ...linux2012, level: { max: numberOf(text), reset: reset as LevelReset } };
}

const knobsOf = ({ delegated, dedup }: Point): Knobs => (delegated === "server" ? ca4f : { ...f33c, dedup: dedup === "none" ? "none" : "peername" });

function run(point: Point): Outcome {
  const limit = String(point.limit);
  if (limit.startsWith("user")) return asleep(numberOf(limit), Number(point.sessions));
  const ran = selfCarry({ knobs: knobsOf(point), limit: limitOf(point), ring: Number(point.ring), warmed: point.warmed === true, calls: Number(point.sessions) });
  return {
    dv: { firstFailure: ran.firstFailure, error: ran.error === 0 ? "" : ran.error, level: Math.max(...ran.levels), delegatedLevel: Math.max(...ran.delegatedLevels), inFlight: ran.peakInFlight, fds: ran.grown, expected: expectedFailure(point) },
    failState: ran.firstFailure === 0 ? "none" : "fatal",
  };
}

/** The other rule: a receiver that does not receive. */
function asleep(n: number, messages: number): Outcome {
  const { accepted, error, inFlight } = outstanding({ limit: { ...linuxModern, inflightPerUser: n }, nofile: 64, privileged: false, messages });
  const firstFailure = error === 0 ? 0 : accepted + 1;
  return { dv: { firstFailure, error: error === 0 ? "" : error, level: 0, delegatedLevel: 0, inFlight, fds: 0, expected: n + 2 <= messages ? n + 2 : 0 }, failState: "none" };
}

/** The first call that has to fail; 0: none. */
function expectedFailure({ delegated, limit, reset, warmed, sessions }: Point): number {
  if (delegated === "client" || limit === "none" || reset === "any-empty") return 0;
  const first = numberOf(String(limit)) + (warmed === true ? 1 : 2);
  return first <= Number(sessions) ? first : 0;
}

/** Other resets are asked about at the real level, the deduplication where it can matter, sleeping receivers once. */
function sensible({ delegated, limit, reset, warmed, dedup, ring }: Point): boolean {
  const [level4, plain] = [limit === "level 4", reset === "stream-only"];
  if (!plain && !(level4 && delegated === "server" && ring === 1)) return false;
  if (String(limit).startsWith("user")) return delegated === "client" && dedup === "peername" && ring === 1 && warmed === false;
  if (dedup === "none") return delegated === "client" && level4;
  return delegated === "server" || level4 || limit === "none";
}

function conclude(lines: readonly Line[]): Conclusion {
  const wrong = lines.filter((l) => l.dv.firstFailure !== l.dv.expected);
  const client = lines.filter((l) => l.iv.delegated === "client" && !String(l.iv.limit).startsWith("user"));
  const risen = client.filter((l) => Number(l.dv.delegatedLevel) > 0);
  const growth = (dedup: string): readonly Line[] => client.filter((l) => l.iv.dedup === dedup && l.iv.limit === "level 4");
  const grows = growth("none").every((l) => Number(l.dv.fds) >= Math.floor(Number(l.iv.sessions) / Number(l.iv.ring)));
  const stays = growth("peername").every((l) => Number(l.dv.fds) <= 1);
  const ok = wrong.length === 0 && risen.length === 0 && grows && stays && lines.length > 0;
  const told = wrong.slice(0, 6).map((l) => `${JSON.stringify(l.iv)}: ${String(l.dv.firstFailure)} and not ${String(l.dv.expected)}`);
  return {
    asExpected: ok,
    text: [
      "Delegating the receiving socket fails at the self-carrying call L+2, L+1 when the socket has received before, whatever the length of the ring: a datagram socket keeps its level. Delegating a connected client socket never fails, for that socket never receives and stays at level 0.",
      "A reset at any empty queue would have cured it too. With references counted for a user n+1 may be outstanding.",
      `Telling entrypoints apart keeps descriptors at one an entrypoint${stays ? "" : " (not so here)"}; without it they grow with the calls${grows ? "" : " (not so here)"}.`,
      ...(told.length > 0 ? [`Not as expected: ${told.join("; ")}.`] : []),
      ...(risen.length > 0 ? [`A client socket rose above level 0 at ${risen.length} points.`] : []),
    ].join(" "),
  };
}

const positive = (text: string): number | undefined => (/^[1-9]\d{0,3}$/.test(text) ? Number(text) : undefined);

export const experiment: Experiment = {
  name: "e08-etoomanyrefs",
  title: "ETOOMANYREFS sweep",
  question: "Genode's calls failed with ETOOMANYREFS in July 2012 and no longer in August. Which rule of the kernel did they meet, and which change avoided it?",
  setUp: "Entrypoints in a ring on the Linux of the era; each calls the next with its own capability, one call after the other. Limits of references in flight: a receiver that sleeps, one descriptor a message.",
  independent: [
    { name: "delegated", what: "the socket that travels: the entrypoint's own, or one connected to it", values: ["server", "client"] },
    { name: "limit", what: "the kernel's rule: highest nesting level, references in flight of a user, or none", values: [...LEVELS, ...USERS, "none"], parse: (text) => (/^(level|user) [1-9]\d{0,2}$/.test(text) || text === "none" ? text : undefined) },
    { name: "reset", what: "when a socket's level goes back to 0", values: RESETS },
    { name: "warmed", what: "whether each socket has received an ordinary request before", values: [false, true] },
    { name: "ring", what: "entrypoints in the ring", values: [1, 2, 5], parse: positive },
    { name: "dedup", what: "whether entrypoints are told apart", values: ["peername", "none"] },
    { name: "sessions", what: "calls that carry a capability", values: [12, 48], parse: positive },
  ],
  dependent: [
    { name: "firstFailure", what: "the first call that failed, from 1; 0: none" },
    { name: "error", what: "what sendmsg answered" },
    { name: "level", what: "highest level of a receiving socket" },
    { name: "delegatedLevel", what: "highest level of a socket that travels" },
    { name: "inFlight", what: "references in flight at most" },
    { name: "fds", what: "descriptors that the first process has gained" },
    { name: "expected", what: "the call that should fail first" },
  ],
  expected: "Server socket and sticky level: first failure at L+2 on a fresh socket, L+1 on one that has received anything (6 and 5 at L=4), for any ring; client socket never; a per-user limit n at send n+2; deduplication takes descriptors from O(calls) to O(entrypoints).",
  plot: { mark: "dot", x: "limit", y: "firstFailure", colour: "warmed", facet: "delegated" },
  sensible,
  run,
  conclude,
};
