/** Processes of a scenario: servers with an entrypoint, and threads that do one thing. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { GenodeException, type Capability } from "../base/capability.ts";
import { Entrypoint, invoke, readCap, type RpcObject } from "../base/entrypoint.ts";
import { entrypointPath } from "../base/ipc.ts";
import type { Runtime } from "../base/runtime.ts";
import type { Actor, Stage } from "../base/stage.ts";
import type { OpenFile } from "../linux/descriptor.ts";
import { pause } from "../linux/libc.ts";

/** An object that remembers what came and answers its own number. */
export class Recorder implements RpcObject {
  readonly number: number;
  /** Capabilities that arrived, a list a request. */
  readonly arrived: (readonly Capability[])[] = [];
  private readonly rt: Runtime;

  constructor(rt: Runtime, number: number) {
    this.rt = rt;
    this.number = number;
  }

  /** The operation is how many capabilities the request brings. */
  *dispatch(opcode: number, args: Parameters<RpcObject["dispatch"]>[1], out: Parameters<RpcObject["dispatch"]>[2]): Syscall<number> {
    const caps: Capability[] = [];
    for (let i = 0; i < opcode; i++) caps.push(yield* readCap(this.rt, args));
    this.arrived.push(caps);
    out.word(this.number);
    return 0;
  }
}

/** A process with one entrypoint and some objects on it. */
export interface Server extends Actor {
  readonly entrypoint: () => Entrypoint;
  readonly caps: Capability[];
  readonly objects: Recorder[];
}

/** Starts a server with `objects` objects; it is ready when the stage has run. */
export function server(stage: Stage, name: string, objects = 1, options: Parameters<Stage["actor"]>[2] = {}): Server {
  const made: { entrypoint?: Entrypoint; readonly caps: Capability[]; readonly objects: Recorder[] } = { caps: [], objects: [] };
  const actor = stage.actor(
    name,
    function* (rt) {
      made.entrypoint = yield* Entrypoint.create(rt, "ep");
      for (let i = 0; i < objects; i++) {
        const object = new Recorder(rt, i);
        made.objects.push(object);
        made.caps.push(yield* made.entrypoint.manage(object));
      }
      return yield* pause();
    },
    options,
  );
  const entrypoint = (): Entrypoint => {
    if (made.entrypoint === undefined) throw new Error(`${name} has no entrypoint yet`);
    return made.entrypoint;
  };
  return { ...actor, caps: made.caps, objects: made.objects, entrypoint };
}

/** The delegated socket of an entrypoint that nobody serves: what travels, when only that matters. `tid` is the number in its name. */
export function bareEntrypoint({ kernel, knobs }: Stage, tid: number): OpenFile {
  const [bound, client] = [kernel.newSocket("dgram"), kernel.newSocket("dgram")];
  if (bound.what.kind === "socket" && client.what.kind === "socket") {
    bound.what.path = entrypointPath(knobs.rpath, tid);
    client.what.peer = bound.what;
  }
  return client;
}

/** Puts `file` into `actor`'s table as recvmsg would: the descriptor. */
export const arrive = ({ kernel, knobs }: Stage, actor: Actor, file: OpenFile): number => kernel.install(actor.process, file, knobs.cloexecOnReceive);

/** A process that only waits; threads are started in it. */
export const idler = (stage: Stage, name: string, options: Parameters<Stage["actor"]>[2] = {}): Actor => stage.actor(name, () => pause(), options);

/** What a call in a thread of its own gave: the number that the object answered, an exception's number, an error, or "waits". */
export interface CallResult {
  value: number | string;
  /** The failed system call's answer; 0 when none failed. */
  answer: number;
}

/** Lets `actor` call `dst` with `carried` in a thread of its own, and runs the stage till nothing goes on. An exception is the result, and does not end the process. */
export function callFrom(stage: Stage, actor: Actor, dst: Capability, carried: readonly Capability[] = []): CallResult {
  const result = startCall(stage, actor, dst, carried);
  stage.run();
  return result;
}

/** The same without running. */
export function startCall(stage: Stage, actor: Actor, dst: Capability, carried: readonly Capability[] = []): CallResult {
  const result: CallResult = { value: "waits", answer: 0 };
  stage.thread(actor, "call", function* (rt) {
    try {
      const done = yield* invoke(rt, dst, carried.length, (out) => carried.forEach((c) => out.cap(c)));
      result.value = done === undefined ? "invalid" : done.exception === 0 ? done.results.word() : `exception ${done.exception}`;
    } catch (e) {
      if (!(e instanceof GenodeException)) throw e;
      result.value = e.what;
      result.answer = e.answer;
    }
  });
  return result;
}
