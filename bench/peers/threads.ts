/** Round trips between two threads: a worker that is posted to, and the same by comlink. Both are ended when the sample is over. */
import { Worker } from "node:worker_threads";
import { budget, rate, type Contestant } from "../contest.ts";
import { trips } from "./javascript.ts";

const SLICE = 50;

/** The worker's side of either: data URLs need no file beside the bundle, so comlink is found from here. */
const posting = `const { parentPort } = require("node:worker_threads"); parentPort.on("message", ({ a, b }) => parentPort.postMessage(a + b));`;
const exposing = (comlink: string, adapter: string): string =>
  `const { parentPort } = require("node:worker_threads"); const { expose } = require(${JSON.stringify(comlink)});
   const adapter = require(${JSON.stringify(adapter)}); expose({ add: (a, b) => a + b }, (adapter.default ?? adapter)(parentPort));`;

/** Measures calls to a worker that runs `text`. */
async function withWorker(text: string, quick: boolean, connect: (worker: Worker) => Promise<() => Promise<number>>): Promise<number> {
  const worker = new Worker(text, { eval: true });
  try {
    return await rate(trips(await connect(worker), SLICE), budget(quick));
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

async function comlink(quick: boolean): Promise<number> {
  const { createRequire } = await import("node:module");
  const from = createRequire(import.meta.url);
  const [library, adapter] = [from.resolve("comlink"), from.resolve("comlink/dist/umd/node-adapter.js")];
  return withWorker(exposing(library, adapter), quick, async (worker) => {
    const { wrap } = from(library) as typeof import("comlink");
    const adapt = from(adapter) as { default?: (w: Worker) => import("comlink").Endpoint };
    const remote = wrap<{ add(a: number, b: number): number }>((adapt.default ?? (adapt as unknown as (w: Worker) => import("comlink").Endpoint))(worker));
    return () => remote.add(7, 8);
  });
}

export const threadPeers: readonly Contestant[] = [
  { name: "worker", what: "postMessage to a worker and back", unit: "/s", sample: (quick) => withWorker(posting, quick, posted) },
  { name: "comlink", what: "comlink: a function in a worker", unit: "/s", sample: comlink },
];
