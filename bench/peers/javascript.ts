/** Round trips in one thread of JavaScript: a request goes to somebody, an answer comes back, and is waited for. */
import { MessageChannel } from "node:worker_threads";
import { EventEmitter } from "eventemitter3";
import { Subject, filter, firstValueFrom, map } from "rxjs";
import { budget, kept, rate, type Contestant } from "../contest.ts";

const SLICE = 200;

interface Ping {
  readonly a: number;
  readonly b: number;
}

const REQUEST: Ping = { a: 7, b: 8 };

/** So many round trips, one after the other. */
export const trips = (call: () => Promise<number>, count = SLICE) => async (): Promise<number> => {
  for (let i = 0; i < count; i++) if ((await call()) !== 15) throw new Error("a wrong answer");
  return count;
};

/** Both ports of a MessageChannel in this thread, closed when the sample is over: an open port keeps the process alive. */
async function throughChannel(quick: boolean): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  port2.on("message", ({ a, b }: Ping) => port2.postMessage(a + b));
  let answered: (sum: number) => void = () => undefined;
  port1.on("message", (sum: number) => answered(sum));
  const call = (): Promise<number> =>
    new Promise((resolve) => {
      answered = resolve;
      port1.postMessage(REQUEST);
    });
  try {
    return await rate(trips(call), budget(quick));
  } finally {
    port1.close();
  }
}

function cloneTwice(): number {
  const request = structuredClone(REQUEST);
  const answer = structuredClone({ sum: request.a + request.b });
  if (answer.sum !== 15) throw new Error("a wrong answer");
  return 1;
}

function cloning(): number {
  for (let i = 0; i < SLICE; i++) cloneTwice();
  return SLICE;
}

/** Requests and answers are streams; an answer is known by its number. */
function streams(): () => Promise<number> {
  const requests = new Subject<Ping & { readonly id: number }>();
  const answers = new Subject<{ readonly id: number; readonly sum: number }>();
  requests.pipe(map(({ id, a, b }) => ({ id, sum: a + b }))).subscribe(answers);
  let id = 0;
  return () => {
    const mine = ++id;
    const answer = firstValueFrom(answers.pipe(filter((r) => r.id === mine)));
    requests.next({ id: mine, ...REQUEST });
    return answer.then((r) => r.sum);
  };
}

function emitters(): () => Promise<number> {
  const emitter = new EventEmitter<{ ping: [Ping]; answer: [number] }>();
  emitter.on("ping", ({ a, b }) => void emitter.emit("answer", a + b));
  return () =>
    new Promise((resolve) => {
      emitter.once("answer", resolve);
      emitter.emit("ping", REQUEST);
    });
}

export const javascriptPeers: readonly Contestant[] = [
  { name: "message-channel", what: "MessageChannel, both ports in one thread", unit: "/s", sample: throughChannel },
  kept("structured-clone", "structuredClone of the request and of the answer", () => cloning),
  kept("rxjs", "rxjs: a stream of requests, one of answers, a promise", () => trips(streams())),
  kept("eventemitter3", "eventemitter3 and a promise", () => trips(emitters())),
];
