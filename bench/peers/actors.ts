/** Actors: a query to nact, a question to an XState machine and its answer, and XState's transition function alone. */
import { kept, type Contestant } from "../contest.ts";
import { trips } from "./javascript.ts";

/** An actor that answers, asked with `query`: a temporary actor and a promise for each question, and a limit of time. */
async function nactQuery(): Promise<() => Promise<number>> {
  const { dispatch, query, spawn, start } = await import("nact");
  type Asker = Parameters<typeof dispatch>[0];
  interface Ask {
    readonly a: number;
    readonly b: number;
    readonly sender: Asker;
  }
  const system = start();
  const server = spawn(system, (state: unknown, msg: Ask) => {
    dispatch(msg.sender, msg.a + msg.b);
    return state;
  }, "server");
  return trips(() => query(server, (sender: Asker): Ask => ({ a: 7, b: 8, sender }), 10_000) as Promise<number>);
}

type Event = { readonly type: "ask"; readonly a: number; readonly b: number };

/** A machine with one state that takes a question and keeps the answer in its context. */
async function adder() {
  const { assign, createMachine } = await import("xstate");
  return createMachine({
    types: {} as { context: { sum: number }; events: Event },
    initial: "ready",
    context: { sum: 0 },
    states: { ready: { on: { ask: { actions: assign({ sum: ({ event }) => event.a + event.b }) } } } },
  });
}

const SLICE = 200;
const ASK: Event = { type: "ask", a: 7, b: 8 };

function sum(answer: number): void {
  if (answer !== 15) throw new Error("a wrong answer");
}

async function xstateActor(): Promise<() => number> {
  const { createActor } = await import("xstate");
  const actor = createActor(await adder()).start();
  return () => {
    for (let i = 0; i < SLICE; i++) {
      actor.send(ASK);
      sum(actor.getSnapshot().context.sum);
    }
    return SLICE;
  };
}

async function xstateTransition(): Promise<() => number> {
  const { getNextSnapshot, getInitialSnapshot } = await import("xstate");
  const machine = await adder();
  let snapshot = getInitialSnapshot(machine);
  return () => {
    for (let i = 0; i < SLICE; i++) {
      snapshot = getNextSnapshot(machine, snapshot, ASK);
      sum(snapshot.context.sum);
    }
    return SLICE;
  };
}

export const actorPeers: readonly Contestant[] = [
  kept("nact", "nact: a query to an actor", nactQuery),
  kept("xstate", "XState 5: an event to a running machine, and its state", xstateActor),
  kept("xstate-transition", "XState 5: the transition function alone", xstateTransition),
];
