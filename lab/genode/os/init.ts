/** Init: starts the configured children, each with a parent entrypoint of its own, and routes their requests to what siblings have announced, else to its own parent. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { pause } from "../linux/libc.ts";
import type { Capability } from "../base/capability.ts";
import { Entrypoint, invoke, readCap } from "../base/entrypoint.ts";
import { startProcess } from "../base/process.ts";
import type { Runtime } from "../base/runtime.ts";
import { Child, transfer, type Policy, type Service } from "./child.ts";
import type { Env } from "./env.ts";
import { Pd, Ram, Root } from "./protocol.ts";

export interface ChildConfig {
  readonly name: string;
  readonly file: string;
  /** Services that it may use; default: all. */
  readonly route?: readonly string[];
  /** An argument of so many bytes besides its name. */
  readonly argumentBytes?: number;
}

const CHILD_QUOTA = 1024 * 1024;

export class Init {
  readonly env: Env;
  readonly children: Child[] = [];
  private readonly rt: Runtime;
  private readonly announced = new Map<string, Service>();
  private readonly own: ReadonlyMap<string, Service>;

  /** `own`: what it serves itself; these go before all others. */
  constructor(env: Env, own: ReadonlyMap<string, Service> = new Map()) {
    this.env = env;
    this.rt = env.rt;
    this.own = own;
  }

  /** Starts `configs` in order, and then only serves. */
  *run(configs: readonly ChildConfig[]): Syscall<number> {
    for (const config of configs) yield* this.start(config);
    return yield* pause();
  }

  *start(config: ChildConfig): Syscall<Child> {
    const { name } = config;
    const ram = yield* this.env.session("RAM", `ram_quota=4096, label=${name}`);
    const cpu = yield* this.env.session("CPU", `ram_quota=4096, label=${name}`);
    yield* invoke(this.rt, ram, Ram.REF_ACCOUNT, (args) => args.cap(this.env.ram));
    yield* transfer(this.rt, this.env.ram, ram, CHILD_QUOTA);
    const child = new Child(this.rt, this.policy(config), { ram, cpu, pd: cpu }, this.env.ram);
    const parents = yield* Entrypoint.create(this.rt, name, false);
    this.children.push(child);
    yield* this.launch(config, child, yield* parents.manage(child));
    yield* parents.activate();
    return child;
  }

  /** Until 20d8655a7f the parent clones itself and tells core the number; afterwards core is asked to start the process. */
  private *launch({ name, file, argumentBytes = 0 }: ChildConfig, child: Child, parent: Capability): Syscall<void> {
    if (this.rt.knobs.creator === "parent") {
      const pid = yield* startProcess(this.rt, { name, file, parent, argumentBytes });
      child.env.pd = yield* this.env.session("PD", `ram_quota=4096, PID=${pid}`);
      return;
    }
    child.env.pd = yield* this.env.session("PD", "ram_quota=4096");
    yield* invoke(this.rt, child.env.pd, Pd.START, (args) => args.text(name).text(file).cap(parent));
  }

  private policy({ name, route }: ChildConfig): Policy {
    return {
      name,
      resolve: (service) => (route?.includes(service) === false ? undefined : (this.own.get(service) ?? this.announced.get(service) ?? this.ofParent(service))),
      announce: (service, root, child) => void this.announced.set(service, this.ofSibling(root, child)),
    };
  }

  private ofParent(service: string): Service {
    return { ram: undefined, open: (args) => this.env.trySession(service, args) };
  }

  private ofSibling(root: Capability, { env }: Child): Service {
    const { rt } = this;
    return {
      ram: env.ram,
      *open(args) {
        const answered = yield* invoke(rt, root, Root.SESSION, (out) => out.text(args));
        return answered?.exception === 0 ? yield* readCap(rt, answered.results) : undefined;
      },
    };
  }
}
