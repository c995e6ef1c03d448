/** spin on the explorer's scenario (`explorer.pml`): its checker is made, compiled and run, where spin and a C compiler are. It stores each state once; the explorer runs every schedule. */
import { spawnSync } from "node:child_process";
import type { Contestant } from "../contest.ts";
import { root } from "../place.ts";
import { compile, scratch } from "./compiler.ts";

/** Calls of each client: the states grow with the square. */
const CALLS = 250;
const CALLS_QUICKLY = 125;

const checkers = new Map<number, string | undefined>();

/** The compiled checker; undefined when it cannot be had. It looks for what a bad end is, and not for cycles: the faster of its two ways. */
function checker(calls: number): string | undefined {
  if (!checkers.has(calls)) checkers.set(calls, make(calls));
  return checkers.get(calls);
}

function make(calls: number): string | undefined {
  const folder = scratch();
  const { status } = spawnSync("spin", ["-a", `-DCALLS=${calls}`, `${root}bench/peers/explorer.pml`], { cwd: folder, stdio: "ignore" });
  const made = status === 0 && compile(["-O2", "-w", "-DSAFETY", "-o", `${folder}/pan`, `${folder}/pan.c`]);
  return made ? `${folder}/pan` : undefined;
}

/** True when spin can be measured here. */
export const haveSpin = (): boolean => checker(CALLS_QUICKLY) !== undefined;

/** States of a whole search, and the processor's seconds that it took, from what the checker and the shell's `times` print. Undefined: the search was not whole. */
export function searched(output: string): { readonly states: number; readonly seconds: number } | undefined {
  const states = /^ *(\d+) states, stored/m.exec(output)?.[1];
  const times = [...output.matchAll(/^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/gm)].at(-1);
  if (states === undefined || times === undefined || !output.includes("errors: 0") || output.includes("search depth too small")) return undefined;
  const [, userMinutes, user, systemMinutes, system] = times.map(Number);
  const seconds = 60 * ((userMinutes ?? 0) + (systemMinutes ?? 0)) + (user ?? 0) + (system ?? 0);
  return { states: Number(states), seconds };
}

function measured(calls: number): number | undefined {
  const path = checker(calls);
  if (path === undefined) return undefined;
  const { stdout } = spawnSync("sh", ["-c", `"$0"; times`, path], { encoding: "utf8" });
  const search = searched(stdout);
  if (search === undefined) throw new Error("spin's checker did not end well");
  return search.states / search.seconds;
}

export const spinContestants: readonly Contestant[] = [
  { name: "spin", what: "spin: states of the explorer's scenario that its checker stores, all of them", unit: "/s", sample: (quick) => measured(quick ? CALLS_QUICKLY : CALLS) },
];
