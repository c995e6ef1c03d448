/** What it costs to be watched: the null RPC with nobody, a listener, a filter and a recorder; and with a kernel that cannot be watched. */
import { inTurn, type Contestant } from "../contest.ts";
import { bundled } from "./without-tap.ts";
import type * as Pair from "./watched-pair.ts";

const PATH = "bench/kernel/watched-pair.ts";

/** Instances of a build. V8 compiles the same code better in one than in the next, by up to a tenth: a difference of a hundredth is seen between many only. */
const INSTANCES = 6;

const instance = async (tap: boolean): Promise<typeof Pair> => (await bundled(PATH, tap)) as typeof Pair;

/** Work for `rate`: nobody watches several instances, which take turns. */
async function unwatched(tap: boolean): Promise<() => number> {
  const works: (() => number)[] = [];
  for (let i = 0; i < INSTANCES; i++) works.push((await instance(tap)).watchedPair("nobody"));
  let turn = 0;
  return () => works[turn++ % INSTANCES]?.() ?? 0;
}

/** Work for `rate`, in a build of its own: who records has a process in which nobody else listens. */
const watched = async (watcher: Pair.Watcher): Promise<() => number> => (await instance(true)).watchedPair(watcher);

export const watchedContestants: readonly Contestant[] = inTurn(
  [
    { name: "watched-nobody", what: "null RPC, nobody watches", make: () => unwatched(true) },
    { name: "watched-without-tap", what: "null RPC, the tap compiled out of the kernel", make: () => unwatched(false) },
    { name: "watched-listener", what: "null RPC, a function is called for each message", make: () => watched("listener") },
    { name: "watched-filter", what: "null RPC, rpctrace's lines of a task that is not there", make: () => watched("filter") },
    { name: "watched-record", what: "null RPC, everything recorded as a trace", make: () => watched("record") },
  ],
  INSTANCES,
);
