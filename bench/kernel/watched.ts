/** What it costs to be watched: the null RPC with nobody, a listener, a filter and a recorder; and with a kernel that cannot be watched. */
import { kept, type Contestant } from "../contest.ts";
import { bundled } from "./without-tap.ts";
import type * as Pair from "./watched-pair.ts";

const PATH = "bench/kernel/watched-pair.ts";

function watched(): readonly Contestant[] {
  const builds = new Map<boolean, Promise<typeof Pair>>();
  const build = (tap: boolean): Promise<typeof Pair> => {
    const known = builds.get(tap) ?? (bundled(PATH, tap) as Promise<typeof Pair>);
    builds.set(tap, known);
    return known;
  };
  const row = (watcher: Pair.Watcher, what: string): Contestant => kept(`watched-${watcher}`, what, async () => (await build(true)).watchedPair(watcher));
  return [
    row("nobody", "null RPC, nobody watches"),
    kept("watched-without-tap", "null RPC, the tap compiled out of the kernel", async () => (await build(false)).watchedPair("nobody")),
    row("listener", "null RPC, a function is called for each message"),
    row("filter", "null RPC, rpctrace's lines of a task that is not there"),
    row("record", "null RPC, everything recorded as a trace"),
  ];
}

export const watchedContestants = watched();
