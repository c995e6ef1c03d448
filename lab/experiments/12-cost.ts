/** E12: what a launch costs, and where a list beats flags. */
import { mechanismOf, mechanisms } from "../mechanisms.ts";
import type { Experiment, Line, Outcome, Point, Variable } from "../model/experiment.ts";
import type { Cost, Held, Launch } from "../model/launch.ts";

const number = (text: string): number | undefined => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);
const whole = (text: string): number | undefined => (/^\d{1,3}$/.test(text) ? Number(text) : undefined);

/** S holds `p` files that it passes and `others` that it does not, half of these flagged. */
export function costLaunch(p: number, others: number, bytes: number): Launch {
  const file = (object: string, fd: number, closeOnExec: boolean): Held => ({ object, kind: "file", rights: ["r"], at: [fd], closeOnExec });
  const passed = Array.from({ length: p }, (_, i) => file(`file${i}`, 3 + i, false));
  const kept = Array.from({ length: others }, (_, i) => file(`other${i}`, 3 + p + i, i % 2 === 0));
  const grant = passed.map(({ object, rights }) => ({ name: object, object, rights }));
  return { holds: [...passed, ...kept], manifest: grant, grant, argumentBytes: bytes };
}

const priced = (cost: Cost, { trap, message, right, byte, switch: change }: Point): number =>
  Math.round((cost.traps * Number(trap) + cost.messages * Number(message) + cost.rightsMoved * Number(right) + cost.bytesCopied * Number(byte) + cost.contextSwitches * Number(change)) * 100) / 100;

function run(point: Point, seed: number): Outcome {
  const launched = mechanismOf(String(point["mechanism"]))?.launch(costLaunch(Number(point["p"]), Number(point["others"]), Number(point["bytes"])), { seed });
  if (launched === undefined) throw new Error(`no mechanism ${String(point["mechanism"])}`);
  const { cost, outcome, failState } = launched;
  const { traps, messages, rpcs, rightsMoved, bytesCopied, contextSwitches, peakRightsInFlight, time } = cost;
  const ran = outcome.ran ? "yes" : (outcome.error ?? "no");
  return { dv: { ran, traps, messages, rpcs, rightsMoved, bytesCopied, contextSwitches, peakRightsInFlight, time, price: priced(cost, point) }, failState };
}

/** By how much a column grows from one p to the next bigger, a descriptor; undefined where it was not run. */
function slope(lines: readonly Line[], mechanism: string, column: string): number | undefined {
  const of = lines.filter((l) => l.iv["mechanism"] === mechanism && l.iv["others"] === 0 && l.dv["ran"] === "yes").sort((a, b) => Number(a.iv["p"]) - Number(b.iv["p"]));
  const [from, to] = [of[0], of.at(-1)];
  if (from === undefined || to === undefined || from === to) return undefined;
  return (Number(to.dv[column]) - Number(from.dv[column])) / (Number(to.iv["p"]) - Number(from.iv["p"]));
}

/** For each number of others: up to which p the list is not dearer than flags with closing. */
function crossovers(lines: readonly Line[], list: string, flags: string): readonly string[] {
  const price = (mechanism: string, others: number, p: number): number | undefined => {
    const line = lines.find((l) => l.iv["mechanism"] === mechanism && l.iv["others"] === others && l.iv["p"] === p);
    return line === undefined ? undefined : Number(line.dv["price"]);
  };
  const ps = [...new Set(lines.map((l) => Number(l.iv["p"])))].sort((a, b) => a - b);
  return [...new Set(lines.map((l) => Number(l.iv["others"])))].map((others) => {
    const cheaper = ps.filter((p) => (price(list, others, p) ?? Infinity) <= (price(flags, others, p) ?? -Infinity));
    return cheaper.length === 0 ? `never with ${others} others` : cheaper.length === ps.length ? `at every p with ${others} others` : `up to p=${cheaper.at(-1) ?? 0} with ${others} others`;
  });
}

/** Above 64 handles a Fuchsia launch needs another message. */
const steps = (lines: readonly Line[]): boolean =>
  lines.filter((l) => l.iv["mechanism"] === "fuchsia").every((l) => l.dv["messages"] === Math.max(1, Math.ceil(Number(l.iv["p"]) / 64)));

const about = (x: number | undefined): string => (x === undefined ? "?" : String(Math.round(x * 100) / 100));

/** A launch without descriptors, measured against the messages that the table of comparison.md §1 gives. */
const bare = (lines: readonly Line[], mechanism: string): Line | undefined => lines.find((l) => l.iv["mechanism"] === mechanism && l.iv["p"] === 0 && l.iv["others"] === 0);

function conclude(lines: readonly Line[]): { readonly asExpected: boolean; readonly text: string } {
  const hurd = slope(lines, "hurd-in-place", "rightsMoved");
  const cloudabi = slope(lines, "cloudabi", "rightsMoved");
  const failed = lines.filter((l) => l.dv["ran"] !== "yes");
  const checks = [
    { what: "rights of HX grow by 3 a descriptor at least", met: hurd === undefined || hurd >= 3 },
    { what: "rights of CA grow by 1 a descriptor", met: cloudabi === undefined || Math.abs(cloudabi - 1) < 0.01 },
    { what: "FU sends a message for each 64 handles", met: steps(lines) },
  ];
  const wrong = checks.filter((c) => !c.met).map((c) => c.what);
  const bares = ["hurd-in-place", "posix", "posix-spawn", "linux-builder", "cloudabi", "fuchsia", "sel4"].flatMap((m) => {
    const line = bare(lines, m);
    return line === undefined ? [] : [`${m} ${String(line.dv["traps"])}/${String(line.dv["messages"])}`];
  });
  return {
    asExpected: wrong.length === 0,
    text: [
      `Rights moved for each descriptor passed: ${about(hurd)} in the Hurd's exec in place, ${about(cloudabi)} in CloudABI, ${about(slope(lines, "posix", "rightsMoved"))} in fork and exec.`,
      `Traps and messages of a bare launch: ${bares.join(", ")}.`,
      `Against a spawn that closes what it does not pass: a builder that installs what it passes is no dearer ${crossovers(lines, "linux-builder", "posix-spawn-closing").join(", ")}; an exec with a list is no dearer ${crossovers(lines, "cloudabi", "posix-spawn-closing").join(", ")}.`,
      ...(failed.length > 0 ? [`Could not launch: ${[...new Set(failed.map((l) => `${String(l.iv["mechanism"])} at p=${String(l.iv["p"])} (${String(l.dv["ran"])})`))].join(", ")}.`] : []),
      ...(wrong.length > 0 ? [`Not so: ${wrong.join("; ")}.`] : []),
    ].join(" "),
  };
}

const price = (name: string, what: string, value: number): Variable => ({ name, what: `price of ${what}`, values: [value], parse: number });

export const experiment: Experiment = {
  name: "e12-cost",
  title: "Cost model",
  question: "What does a launch cost by each mechanism, and from how many descriptors on is a list dearer than flags?",
  setUp: "The same program with p descriptors that are passed and others that are not (half of them flagged), by every mechanism. Each counts traps, messages, rights, bytes and context switches; prices turn them into one number and can be given.",
  independent: [
    { name: "mechanism", what: "how P is started", values: mechanisms.map((m) => m.name) },
    { name: "p", what: "descriptors passed", values: [0, 20, 64, 128], parse: whole },
    { name: "others", what: "descriptors of S that are not passed", values: [0, 32], parse: whole },
    { name: "bytes", what: "bytes of arguments", values: [1024], parse: whole },
    price("trap", "a trap", 1),
    price("message", "a message", 2),
    price("right", "a right or reference made, moved, copied or dropped", 0.25),
    price("byte", "a byte copied", 0.0005),
    price("switch", "a context switch", 2),
  ],
  dependent: [
    { name: "ran", what: "the program ran, or the error" },
    { name: "traps", what: "traps until P's first instruction" },
    { name: "messages", what: "messages" },
    { name: "rpcs", what: "requests answered" },
    { name: "rightsMoved", what: "rights made, moved, copied, deallocated" },
    { name: "bytesCopied", what: "bytes copied" },
    { name: "contextSwitches", what: "context switches" },
    { name: "peakRightsInFlight", what: "most rights in messages at once" },
    { name: "time", what: "virtual microseconds" },
    { name: "price", what: "all of them by the prices" },
  ],
  expected: "HX linear in p with three right moves a descriptor; CA linear once; FU one message up to 64 handles, then one more for each 64. Where a list beats flags depends on the descriptors that are not passed.",
  plot: { mark: "line", x: "p", y: "price", colour: "mechanism", facet: "others" },
  run,
  conclude,
};
