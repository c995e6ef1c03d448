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
    const { children = [] } = options;
    const stage = (this.stage = new Stage(options));
    this.addProgram("init", (env) => (this.init = new Init(env)).run(children.map((c) => ({ ...c, file: `/${c.name}` }))));
    for (const { name, main } of children) this.addProgram(name, main);
    this.core = stage.actor("core", (rt) => Core.main({ rt, lines: this.lines, ready: (core) => (this.coreServices = core) }));
    this.runtimes.set("core", this.core.rt);
    const tty = "/dev/tty";
    stage.kernel.addFile(tty, "console", ["r", "w"]);
    const inode = stage.kernel.names.get(tty);
    const file = inode !== undefined && "file" in inode ? stage.kernel.flight.open(inode.file) : undefined;
    if (file !== undefined) for (const fd of [0, 1, 2]) this.core.process.table.put(fd, file, false);
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
