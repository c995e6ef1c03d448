/**
 * A child, as its parent serves it (`Child` of 2012): the Env:: sessions from the child's own set, others by policy; quota goes from the child to the parent, and on to the service when
 * that has a RAM session.
 */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { INVALID, isValid, type Capability } from "../base/capability.ts";
import { invoke, readCap, type RpcObject } from "../base/entrypoint.ts";
import type { Marshaller, Unmarshaller } from "../base/message.ts";
import type { Runtime } from "../base/runtime.ts";
import { labelled, Parent, ramQuota, Ram, Refused } from "./protocol.ts";

/** Whoever can open sessions. */
export interface Service {
  /** The RAM session of the server; undefined for the own parent and for core's own services. */
  readonly ram: Capability | undefined;
  /** Undefined: refused. */
  open(args: string): Syscall<Capability | undefined>;
}

export interface Policy {
  readonly name: string;
  /** Who serves `service` to this child; undefined: nobody. */
  resolve(service: string): Service | undefined;
  announce(service: string, root: Capability, child: Child): void;
}

/** The sessions that a child's environment is made of. */
export interface ChildEnv {
  readonly ram: Capability;
  readonly cpu: Capability;
  pd: Capability;
}

export class Child implements RpcObject {
  readonly env: ChildEnv;
  /** Sessions that were brokered: the parent holds them too. */
  readonly sessions: Capability[] = [];
  status: number | undefined;
  private readonly rt: Runtime;
  private readonly policy: Policy;
  private readonly parentRam: Capability;

  constructor(rt: Runtime, policy: Policy, env: ChildEnv, parentRam: Capability) {
    this.rt = rt;
    this.policy = policy;
    this.env = env;
    this.parentRam = parentRam;
  }

  *dispatch(opcode: number, args: Unmarshaller, out: Marshaller): Syscall<number> {
    switch (opcode) {
      case Parent.SESSION:
        return yield* this.session(args.text(), args.text(), out);
      case Parent.ANNOUNCE:
        this.policy.announce(args.text(), yield* readCap(this.rt, args), this);
        return 0;
      default:
        this.status = args.word();
        return 0;
    }
  }

  private *session(name: string, args: string, out: Marshaller): Syscall<number> {
    const own = this.own(name);
    if (own !== undefined) {
      out.cap(own);
      return 0;
    }
    const filtered = labelled(args, this.policy.name);
    const quota = ramQuota(filtered);
    if (!(yield* transfer(this.rt, this.env.ram, this.parentRam, quota))) return Refused.QUOTA_EXCEEDED;
    const cap = yield* this.fromService(name, filtered, quota);
    if (cap === undefined) {
      yield* transfer(this.rt, this.parentRam, this.env.ram, quota);
      return Refused.SERVICE_DENIED;
    }
    this.sessions.push(cap);
    out.cap(cap);
    return 0;
  }

  private own(name: string): Capability | undefined {
    const { ram, cpu, pd } = this.env;
    return new Map([["Env::ram_session", ram], ["Env::cpu_session", cpu], ["Env::pd_session", pd]]).get(name);
  }

  private *fromService(name: string, args: string, quota: number): Syscall<Capability | undefined> {
    const service = this.policy.resolve(name);
    if (service === undefined) return undefined;
    const { ram = INVALID } = service;
    if (!(yield* transfer(this.rt, this.parentRam, ram, quota))) return undefined;
    const cap = yield* service.open(args);
    if (cap === undefined) yield* transfer(this.rt, ram, this.parentRam, quota);
    return cap;
  }
}

/** Moves quota between two RAM sessions by a call to the first that carries the second. Nothing happens when one of them is invalid. False: there is not enough. */
export function* transfer(rt: Runtime, from: Capability, to: Capability, quota: number): Syscall<boolean> {
  if (!isValid(rt.knobs, from) || !isValid(rt.knobs, to)) return true;
  const done = yield* invoke(rt, from, Ram.TRANSFER_QUOTA, (args) => args.cap(to).word(quota));
  return done?.exception === 0 && done.results.word() === 0;
}
