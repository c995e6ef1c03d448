/**
 * Core: RAM, CPU, PD and LOG, all on one entrypoint, and init as its only child, whose requests a second entrypoint serves (genode-linux.md §5).
 *
 * Objects are found by the name in the payload; whoever calls is not asked.
 */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { dup2, kill, pause } from "../linux/libc.ts";
import type { Capability } from "../base/capability.ts";
import { Entrypoint, makeSockets, readCap, type RpcObject } from "../base/entrypoint.ts";
import type { Marshaller, Unmarshaller } from "../base/message.ts";
import { PARENT_FD, startProcess } from "../base/process.ts";
import type { EntrypointSockets, Runtime } from "../base/runtime.ts";
import { Child, transfer, type Policy, type Service } from "./child.ts";
import { argument, Cpu, Log, Pd, Ram, ramQuota } from "./protocol.ts";

const NOT_ENOUGH = -3;
const NO_SESSION = -1;

/** An account of quota. */
export class RamSession implements RpcObject {
  quota: number;
  private readonly rt: Runtime;
  private readonly byName: (name: number) => RpcObject | undefined;

  constructor(rt: Runtime, quota: number, byName: (name: number) => RpcObject | undefined) {
    this.rt = rt;
    this.quota = quota;
    this.byName = byName;
  }

  *dispatch(opcode: number, args: Unmarshaller, out: Marshaller): Syscall<number> {
    const other = yield* readCap(this.rt, args);
    out.word(opcode === Ram.TRANSFER_QUOTA ? this.give(this.byName(other.localName), args.word()) : 0);
    return 0;
  }

  private give(to: RpcObject | undefined, amount: number): number {
    if (!(to instanceof RamSession)) return NO_SESSION;
    if (amount > this.quota) return NOT_ENOUGH;
    this.quota -= amount;
    to.quota += amount;
    return 0;
  }
}

class PdSession implements RpcObject {
  private readonly rt: Runtime;
  private pid: number;

  constructor(rt: Runtime, pid: number) {
    this.rt = rt;
    this.pid = pid;
  }

  /** `start` from 20d8655a7f on; closing kills the process whose number the client gave, or that core started. */
  *dispatch(opcode: number, args: Unmarshaller, out: Marshaller): Syscall<number> {
    if (opcode === Pd.CLOSE) yield* kill(this.pid);
    else this.pid = yield* startProcess(this.rt, { name: args.text(), file: args.text(), parent: yield* readCap(this.rt, args) });
    out.word(this.pid);
    return 0;
  }
}

/** Makes the sockets of an entrypoint at the first question for one of them (aee0). Their client ends fill core's registry too. */
class CpuSession implements RpcObject {
  private readonly rt: Runtime;
  private readonly made = new Map<number, EntrypointSockets>();

  constructor(rt: Runtime) {
    this.rt = rt;
  }

  *dispatch(opcode: number, args: Unmarshaller, out: Marshaller): Syscall<number> {
    const tid = args.word();
    const sockets = this.made.get(tid) ?? (yield* makeSockets(this.rt, tid));
    this.made.set(tid, sockets);
    out.cap({ tid: 0, socket: opcode === Cpu.SERVER_SD ? sockets.server : sockets.client, localName: 0 });
    return 0;
  }
}

class LogSession implements RpcObject {
  private readonly label: string;
  private readonly lines: string[];

  constructor(label: string, lines: string[]) {
    this.label = label;
    this.lines = lines;
  }

  *dispatch(opcode: number, args: Unmarshaller, out: Marshaller): Syscall<number> {
    if (opcode === Log.WRITE) this.lines.push(`[${this.label}] ${args.text()}`);
    out.word(0);
    return 0;
  }
}

export interface CoreOptions {
  readonly rt: Runtime;
  /** What LOG sessions have written. */
  readonly lines: string[];
  /** Told of core's main entrypoint when it serves. */
  readonly ready?: (core: Core) => void;
}

const ALL_QUOTA = 64 * 1024 * 1024;

export class Core {
  readonly entrypoint: Entrypoint;
  private readonly rt: Runtime;
  private readonly lines: string[];

  private constructor({ rt, lines }: CoreOptions, entrypoint: Entrypoint) {
    this.rt = rt;
    this.lines = lines;
    this.entrypoint = entrypoint;
  }

  /** Core's main program. */
  static *main(options: CoreOptions): Syscall<number> {
    const { rt } = options;
    if (rt.knobs.occupies100) yield* dup2(0, PARENT_FD);
    const core = new Core(options, yield* Entrypoint.create(rt, "entrypoint"));
    options.ready?.(core);
    yield* core.startInit();
    return yield* pause();
  }

  /** A session of one of core's services; undefined: there is no such service. */
  *open(service: string, args: string): Syscall<Capability | undefined> {
    const object = this.session(service, args);
    return object === undefined ? undefined : yield* this.entrypoint.manage(object);
  }

  private session(service: string, args: string): RpcObject | undefined {
    switch (service) {
      case "RAM":
        return new RamSession(this.rt, ramQuota(args), (name) => this.entrypoint.objects.get(name));
      case "PD":
        return new PdSession(this.rt, Number(argument(args, "PID")));
      case "CPU":
        return new CpuSession(this.rt);
      case "LOG":
        return new LogSession(argument(args, "label"), this.lines);
      default:
        return undefined;
    }
  }

  private service(name: string): Service {
    return { ram: undefined, open: (args) => this.open(name, args) };
  }

  private *startInit(): Syscall<void> {
    const own = (yield* this.open("RAM", `ram_quota=${ALL_QUOTA}`)) as Capability;
    const ram = (yield* this.open("RAM", "ram_quota=0")) as Capability;
    const cpu = (yield* this.open("CPU", "")) as Capability;
    yield* transfer(this.rt, own, ram, ALL_QUOTA / 2);
    const policy: Policy = {
      name: "init",
      resolve: (name) => (["RAM", "CPU", "PD", "LOG"].includes(name) ? this.service(name) : undefined),
      announce: () => undefined,
    };
    const child = new Child(this.rt, policy, { ram, cpu, pd: cpu }, own);
    const parents = yield* Entrypoint.create(this.rt, "init", false);
    const parent = yield* parents.manage(child);
    const pid = yield* startProcess(this.rt, { name: "init", file: "/init", parent });
    child.env.pd = (yield* this.open("PD", `PID=${pid}`)) as Capability;
    yield* parents.activate();
  }
}
