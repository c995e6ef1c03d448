/** A Genode system: core, init and init's children, on one machine. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Runtime } from "../base/runtime.ts";
import { Stage, type Actor, type StageOptions } from "../base/stage.ts";
import type { LinuxProcess } from "../linux/kernel.ts";
import { Core } from "./core.ts";
import { Env } from "./env.ts";
import { Init, type ChildConfig } from "./init.ts";

/** A program of a Genode system: what runs when its environment stands. */
export type GenodeMain = (env: Env) => Syscall<number>;

export interface SystemOptions extends StageOptions {
  /** Children of init, in order, and what they run. */
  readonly children?: readonly (Omit<ChildConfig, "file"> & { readonly main: GenodeMain })[];
  /** Init's program. Default: it starts `children` and serves them. */
  readonly init?: (env: Env, configs: readonly ChildConfig[], started: (init: Init) => void) => Syscall<number>;
  /** Whether core starts with a terminal at 0, 1 and 2. Default: yes. */
  readonly console?: boolean;
}

function* plainInit(env: Env, configs: readonly ChildConfig[], started: (init: Init) => void): Syscall<number> {
  const init = new Init(env);
  started(init);
  return yield* init.run(configs);
}

export class System {
  readonly stage: Stage;
  /** What LOG sessions have written. */
  readonly lines: string[] = [];
  readonly core: Actor;
  /** Libraries by the process's name, from the moment it starts. */
  readonly runtimes = new Map<string, Runtime>();
  coreServices: Core | undefined;
  init: Init | undefined;

  constructor(options: SystemOptions = {}) {
    const { children = [], init = plainInit, console = true } = options;
    const stage = (this.stage = new Stage(options));
    const configs = children.map((c) => ({ ...c, file: `/${c.name}` }));
    this.addProgram("init", (env) => init(env, configs, (it) => (this.init = it)));
    for (const { name, main } of children) this.addProgram(name, main);
    this.core = stage.actor("core", (rt) => Core.main({ rt, lines: this.lines, ready: (core) => (this.coreServices = core) }));
    this.runtimes.set("core", this.core.rt);
    if (console) this.addConsole();
  }

  private addConsole(): void {
    const { kernel } = this.stage;
    const tty = kernel.flight.open({ kind: "file", ino: kernel.newInode(), object: "console", rights: ["r", "w"] });
    for (const fd of [0, 1, 2]) this.core.process.table.put(fd, tty, false);
  }

  private addProgram(name: string, main: GenodeMain): void {
    const { stage } = this;
    stage.kernel.addProgram(
      `/${name}`,
      stage.program(
        function* (rt, variables) {
          return yield* main(yield* Env.start(rt, variables));
        },
        (rt) => this.runtimes.set(name, rt),
      ),
    );
  }

  /** The process called `name`, the last one of that name. */
  process(name: string): LinuxProcess | undefined {
    return this.stage.kernel.all.filter((p) => p.name === name).at(-1);
  }

  run(): this {
    this.stage.run();
    return this;
  }
}
