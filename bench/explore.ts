/** How many executions a second the explorer makes: three threads on the real kernel, each run from a fresh machine. */
import { exploreAll, type Scenario } from "../lab/explore/explore.ts";
import { Machine } from "../mach/kern/machine.ts";
import { kept, type Contestant } from "./contest.ts";
import { answer, flatCalls } from "./kernel/rpc.ts";
import { newTask, receiveRight, sendRight, start } from "./kernel/scene.ts";

/** Two clients that call a server `calls` times each: a trap a call at the client, one at the server, and its first receive. */
const scenario = (calls: number): Scenario<number> => ({
  run(strategy) {
    const machine = new Machine({ instructions: new Map(), scheduler: strategy });
    const server = newTask(machine, "server");
    const receive = receiveRight(machine, server);
    start(machine, server, () => answer(receive));
    for (const name of ["one", "two"]) {
      const client = newTask(machine, name);
      const [send, reply] = [sendRight(server, receive, client), receiveRight(machine, client)];
      start(machine, client, () => flatCalls(send, reply, calls));
    }
    machine.run();
    return machine.steps;
  },
  key: String,
});

/** Work for `rate`: some schedules of all, depth first; counts executions, or the traps that they made. */
function exploring(calls: number, executions: number, of: "executions" | "traps"): () => number {
  const what = scenario(calls);
  const traps = 4 * calls + 1;
  return () => {
    const { executions: made, outcomes } = exploreAll(what, { executions });
    if (outcomes.size !== 1 || !outcomes.has(String(traps))) throw new Error(`a run made other than ${traps} traps: ${[...outcomes.keys()].join(" ")}`);
    return of === "traps" ? made * traps : made;
  };
}

/** Working for five samples before the first: all has to be compiled. */
const warm = { warm: 5 };

export const exploreContestants: readonly Contestant[] = [
  kept("explore", "executions of a scenario with three threads and 61 traps, depth first", () => exploring(15, 500, "executions"), warm),
  kept("explore-traps", "traps that those executions make", () => exploring(15, 500, "traps"), warm),
  kept("explore-600", "executions of ten times that length", () => exploring(150, 50, "executions"), warm),
  kept("explore-6k", "executions of a hundred times that length", () => exploring(1500, 5, "executions"), warm),
];
