/** Round trips between two threads: a worker that is posted to, and the same by comlink. Both are ended when the sample is over. */
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { Endpoint, wrap as Wrap } from "comlink";
import { wall } from "../clock.ts";
import { budget, rate, type Contestant } from "../contest.ts";
import { trips } from "./javascript.ts";

const SLICE = 50;

/** The worker's side of either, as text: it needs no file beside the bundle. */
const posting = `const { parentPort } = require("node:worker_threads"); parentPort.on("message", ({ a, b }) => parentPort.postMessage(a + b));`;
const exposing = (comlink: string, adapter: string): string =>
  `const { parentPort } = require("node:worker_threads"); const { expose } = require(${JSON.stringify(comlink)});
   const adapter = require(${JSON.stringify(adapter)}); expose({ add: (a, b) => a + b }, (adapter.default ?? adapter)(parentPort));`;

/** Measures calls to a worker that runs `text`. */
async function withWorker(text: string, quick: boolean, connect: (worker: Worker) => Promise<() => Promise<number>>): Promise<number> {
  const worker = new Worker(text, { eval: true });
  try {
    return await rate(trips(await connect(worker), SLICE), budget(quick), wall);
  } finally {
    await worker.terminate();
  }
}

const posted = (worker: Worker): Promise<() => Promise<number>> =>
  Promise.resolve(
    () =>
      new Promise<number>((resolve) => {
        worker.once("message", resolve);
        worker.postMessage({ a: 7, b: 8 });
      }),
  );

type Adapter = (worker: Worker) => Endpoint;

async function comlink(quick: boolean): Promise<number> {
  const from = createRequire(import.meta.url);
  const [library, path] = [from.resolve("comlink"), from.resolve("comlink/dist/umd/node-adapter.js")];
  return withWorker(exposing(library, path), quick, async (worker) => {
    const { wrap } = from(library) as { readonly wrap: typeof Wrap };
    const module = from(path) as Adapter | { readonly default: Adapter };
    const adapt = typeof module === "function" ? module : module.default;
    const remote = wrap<{ add(a: number, b: number): number }>(adapt(worker));
    return () => remote.add(7, 8);
  });
}

export const threadPeers: readonly Contestant[] = [
  { name: "worker", what: "postMessage to a worker and back", unit: "/s", sample: (quick) => withWorker(posting, quick, posted) },
  { name: "comlink", what: "comlink: a function in a worker", unit: "/s", sample: comlink },
];
