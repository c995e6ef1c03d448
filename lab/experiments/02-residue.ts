/** E2: what stays of S's raw rights (comparison.md §3). */
import { Scene } from "../hurd/scene.ts";
import { heard, say } from "../hurd/plain-messages.ts";
import { peerName } from "../hurd/props.ts";
import type { Way } from "../hurd/launcher.ts";
import type { Conclusion, Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import type { Held } from "../model/launch.ts";
import { judge } from "../model/measure.ts";

type Lists = "empty" | "partial" | "full";
const WAYS: readonly Way[] = ["in-place", "new-task"];

/** Alternately send rights and receive rights. */
const rawRights = (k: number): readonly Held[] =>
  Array.from({ length: k }, (_, i) => ({
    object: `raw${i}`, at: [], closeOnExec: false, ...(i % 2 === 0 ? { kind: "send-right" as const, rights: ["send"] } : { kind: "receive-right" as const, rights: ["receive"] }),
  }));

/** The part of them that S lists: none, the first half, all. */
function listed(holds: readonly Held[], lists: Lists): readonly string[] {
  const n = lists === "empty" ? 0 : lists === "full" ? holds.length : Math.floor(holds.length / 2);
  return holds.slice(0, n).map((h) => h.object);
}

function run({ k, lists, way }: Point, seed: number): Outcome {
  const holds = rawRights(Number(k));
  const launch = { holds, manifest: [], grant: [], drop: listed(holds, lists as Lists) };
  const said = { taken: 0, refused: 0, heard: 0 };
  const scene = new Scene({
    launch,
    way: way as Way,
    seed,
    *peer(libc, { stage }) {
      yield* stage.until(libc, "P at main");
      for (const [i, { kind }] of holds.entries()) {
        if (kind !== "receive-right") continue;
        if ((yield* say(peerName(i))) === 0) said.taken++;
        else said.refused++;
      }
      stage.cue("said");
    },
    *program(libc, { stage }) {
      yield* stage.until(libc, "said");
      const old = stage.eye.rightsOf(stage.eye.running).filter((right) => right.scenario !== undefined && right.rights.includes("receive"));
      for (const { name } of old) if (yield* heard(name)) said.heard++;
    },
  }).run();
  const { atFirst, outcome } = scene.launched();
  const leak = atFirst === undefined ? [] : judge(atFirst, "P", [], []).leak;
  return { dv: { ran: outcome.ran, listed: launch.drop.length, leak: leak.length, delivered: said.heard, refused: said.refused, takenButUnheard: said.taken - said.heard } };
}

function conclude(lines: readonly Line[]): Conclusion {
  const expected = ({ iv, dv }: Line): boolean => dv.leak === (iv.way === "in-place" ? Number(iv.k) - Number(dv.listed) : 0) && dv.ran === true && dv.takenButUnheard === 0;
  const wrong = lines.filter((line) => !expected(line));
  const most = Math.max(0, ...lines.map((l) => Number(l.dv.delivered)));
  const text =
    wrong.length === 0
      ? `In place the residue is exactly k less what S listed; in a new task it is 0. Old receive rights that stay are P's mailboxes: up to ${most} messages of strangers reached P; for the others the sender found a dead name.`
      : `Not as expected at ${wrong.map((l) => `k=${String(l.iv.k)} ${String(l.iv.lists)} ${String(l.iv.way)}: leak ${String(l.dv.leak)}`).join("; ")}.`;
  return { asExpected: wrong.length === 0 && lines.length > 0, text };
}

export const experiment: Experiment = {
  name: "e02-residue",
  title: "Raw-right residue of exec in place",
  question: "S holds k port rights that are in no table of descriptors. How many does the new program have, and who can still reach it through them?",
  setUp: "A booted Hurd. S holds k raw rights, every other one a receive right; a peer has the other ends. S names none, half or all of them in the lists of its exec. After P has started the peer sends to every old receive right.",
  independent: [
    { name: "k", what: "raw rights of S", values: [0, 2, 4, 8], parse: (text) => (/^\d{1,2}$/.test(text) ? Number(text) : undefined) },
    { name: "lists", what: "how many of them S lists for deallocation or destruction", values: ["empty", "partial", "full"] },
    { name: "way", what: "exec in place, or with EXEC_NEWTASK", values: WAYS },
  ],
  dependent: [
    { name: "listed", what: "rights that S listed" },
    { name: "leak", what: "raw rights that P holds, in atoms" },
    { name: "delivered", what: "messages to old receive rights that P received" },
    { name: "refused", what: "messages to old receive rights that the sender could not send" },
  ],
  expected: "Residue = k less those listed, in place; 0 with a new task.",
  plot: { mark: "dot", x: "k", y: "leak", colour: "lists", facet: "way" },
  run,
  conclude,
};
