/** A program's environment: its parent, and the sessions that every program opens when it starts. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { type Capability, GenodeException } from "../base/capability.ts";
import { invoke, readCap } from "../base/entrypoint.ts";
import { parentOf } from "../base/process.ts";
import type { EntrypointSockets, Runtime } from "../base/runtime.ts";
import { Cpu, Log, Parent } from "./protocol.ts";

export class Env {
  readonly rt: Runtime;
  readonly parent: Capability;
  ram: Capability;
  cpu: Capability;
  pd: Capability;

  private constructor(rt: Runtime, parent: Capability) {
    this.rt = rt;
    this.parent = parent;
    this.ram = parent;
    this.cpu = parent;
    this.pd = parent;
  }

  /** Start-up: three sessions from the parent, in this order. Throws what calls throw. */
  static *start(rt: Runtime, variables: ReadonlyMap<string, string>): Syscall<Env> {
    const env = new Env(rt, parentOf(rt, variables));
    env.ram = yield* env.session("Env::ram_session", "");
    env.cpu = yield* env.session("Env::cpu_session", "");
    env.pd = yield* env.session("Env::pd_session", "");
    if (rt.knobs.socketsBy === "core") rt.sockets = (tid) => env.socketsOf(tid);
    return env;
  }

  /** The sockets of this process's entrypoint `tid`, from core. They come without the close-on-exec flag. Throws what calls throw. */
  private *socketsOf(tid: number): Syscall<EntrypointSockets> {
    const server = yield* this.descriptor(Cpu.SERVER_SD, tid);
    return { server, client: yield* this.descriptor(Cpu.CLIENT_SD, tid) };
  }

  private *descriptor(opcode: number, tid: number): Syscall<number> {
    const answered = yield* invoke(this.rt, this.cpu, opcode, (out) => out.word(tid));
    if (answered?.exception !== 0) throw new GenodeException("Server_socket_failed");
    return answered.results.cap().socket;
  }

  /** A session of `service`. Throws Service_denied, Ipc_error. */
  *session(service: string, args: string): Syscall<Capability> {
    const cap = yield* this.trySession(service, args);
    if (cap === undefined) throw new GenodeException("Service_denied");
    return cap;
  }

  /** The same; undefined when it is refused. */
  *trySession(service: string, args: string): Syscall<Capability | undefined> {
    const answered = yield* invoke(this.rt, this.parent, Parent.SESSION, (out) => out.text(service).text(args));
    return answered?.exception === 0 ? yield* readCap(this.rt, answered.results) : undefined;
  }

  /** Offers `service` by its root. */
  *announce(service: string, root: Capability): Syscall<void> {
    yield* invoke(this.rt, this.parent, Parent.ANNOUNCE, (out) => out.text(service).cap(root));
  }

  *log(session: Capability, text: string): Syscall<number> {
    const done = yield* invoke(this.rt, session, Log.WRITE, (out) => out.text(text));
    return done?.exception ?? -1;
  }
}
