/**
 * Genode on Linux as a way to start programs (column GL of comparison.md §1): S is init, P one of its children. What P may have it asks its parent for, by name; what it has besides, it has because Linux
 * lets every descriptor pass that is not marked.
 */
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { AuthorityGraph, Want } from "../model/authority.ts";
import type { Cost, Held, Launch, Launched, Mechanism, Policy, RunOptions } from "../model/launch.ts";
import { Entrypoint, invoke, type RpcObject } from "./base/entrypoint.ts";
import { core20d8, f33c, perObject2020, type Knobs } from "./base/knobs.ts";
import type { Unmarshaller, Marshaller } from "./base/message.ts";
import { graphOf } from "./authority.ts";
import type { FdTable, OpenFile } from "./linux/descriptor.ts";
import type { LinuxKernel, LinuxProcess } from "./linux/kernel.ts";
import { io, pause } from "./linux/libc.ts";
import type { Service } from "./os/child.ts";
import type { Env } from "./os/env.ts";
import { Init } from "./os/init.ts";
import { System } from "./os/system.ts";

const POLICY: Policy = {
  selectFds: "flag",
  selectRights: "none",
  container: "fresh-task",
  numbers: "fixed",
  describe: "env",
  reduceRights: "never",
  identity: "new",
  errors: "none",
  elevation: "none",
  ambient: "all Linux calls, rpath, environment",
  executable: "path",
};

/** An object of S by which a child uses what S holds: one right at a time, and only those granted. */
class Proxy implements RpcObject {
  private readonly fd: number;
  private readonly rights: readonly string[];

  constructor(fd: number, rights: readonly string[]) {
    this.fd = fd;
    this.rights = rights;
  }

  *dispatch(_: number, args: Unmarshaller, out: Marshaller): Syscall<number> {
    const right = args.text();
    out.word(this.rights.includes(right) ? yield* io(this.fd, right) : -1);
    return 0;
  }
}

/** What is scarce when the launch begins. */
export interface Scarce {
  /** Free descriptors of S, of core. */
  readonly free?: number;
  readonly coreFree?: number;
  /** Free entries of S's registry. */
  readonly registryFree?: number;
}

/** What a launch under scarcity left. */
export interface ScarceLaunched extends Launched {
  /** Why S, core or P ended or loops, the first of them: "init: Ipc_error (-24)". */
  readonly trouble: string;
  /** Objects that core has made for the launch and that nobody will close. */
  readonly leaked: number;
}

/** One launch on a fresh system. */
class Run {
  readonly system: System;
  private readonly launch: Launch;
  private readonly sockets = new Map<number, string>();
  private readonly fds = new Map<string, number>();
  private readonly sessions: Want[] = [];
  private status: number | undefined;
  private atFirst: AuthorityGraph | undefined;
  private cost: Cost | undefined;
  private began = { time: 0, rpcs: 0 };
  private readonly scarce: Scarce;
  private objectsBefore = 0;

  constructor(launch: Launch, knobs: Knobs, { seed, strategy }: RunOptions, scarce: Scarce = {}) {
    this.launch = launch;
    this.scarce = scarce;
    this.system = new System({
      knobs,
      seed,
      ...(strategy === undefined ? {} : { strategy }),
      console: false,
      init: (env, configs, started) => this.init(env, configs, started),
      children: [{ name: "P", main: (env) => this.program(env), argumentBytes: launch.argumentBytes ?? 0 }],
    });
    this.kernel.onExec = (process) => this.onExec(process);
  }

  private get kernel(): LinuxKernel {
    return this.system.stage.kernel;
  }

  private onExec(process: LinuxProcess): void {
    if (process.name === "init") this.furnish(process);
    if (process.name === "P") this.atFirst = this.graph();
  }

  private readonly graph = (): AuthorityGraph => graphOf({ kernel: this.kernel, launch: this.launch, sockets: this.sockets, sessions: [...this.sessions] });

  /** S holds what the experiment says: descriptors where it says, raw rights in the lowest free ones. */
  private furnish({ table }: LinuxProcess): void {
    for (const held of this.launch.holds) {
      const { file, closeOnExec } = this.fileFor(held);
      const at = held.at.length > 0 ? held.at : [this.free(table)];
      for (const fd of at) {
        this.kernel.flight.close(table, fd);
        table.put(fd, file, closeOnExec);
      }
      this.fds.set(held.object, at[0] ?? -1);
    }
  }

  /** The lowest descriptor that is free and meant for nothing. */
  private free(table: FdTable): number {
    const meant = new Set(this.launch.holds.flatMap((h) => h.at));
    let fd = 0;
    while (meant.has(fd) || table.at(fd) !== undefined) fd++;
    return fd;
  }

  /** A send right is a socket that S has received, and so has no flag; a receive right one that S has made and bound, with the flag. */
  private fileFor({ object, kind, rights, closeOnExec, at }: Held): { readonly file: OpenFile; readonly closeOnExec: boolean } {
    const { kernel } = this;
    if (kind !== "send-right" && kind !== "receive-right") return { file: kernel.flight.open({ kind: "file", ino: kernel.newInode(), object, rights }), closeOnExec };
    const [bound, client] = [kernel.newSocket("dgram"), kernel.newSocket("dgram")];
    if (bound.what.kind === "socket" && client.what.kind === "socket") {
      this.sockets.set(bound.what.ino, object);
      bound.what.path = `${this.system.stage.knobs.rpath}/ep-of-${object}`;
      client.what.peer = bound.what;
    }
    const { cloexecOnReceive, closeOnExecAtCreate } = this.system.stage.knobs;
    if (kind === "receive-right") return { file: bound, closeOnExec: at.length > 0 ? closeOnExec : closeOnExecAtCreate };
    return { file: client, closeOnExec: at.length > 0 ? closeOnExec : cloexecOnReceive };
  }

  private *init(env: Env, configs: Parameters<Init["run"]>[0], started: (init: Init) => void): Syscall<number> {
    const services = yield* Entrypoint.create(env.rt, "services");
    const own = new Map(this.launch.manifest.map(({ name }): readonly [string, Service] => [name, { ram: undefined, open: () => this.open(services, name) }]));
    const init = new Init(env, own);
    started(init);
    this.makeScarce(env);
    this.kernel.meter.reset();
    this.kernel.flight.peak = 0;
    this.began = { time: this.system.stage.machine.now, rpcs: this.rpcs };
    return yield* init.run(configs);
  }

  private makeScarce({ rt }: Env): void {
    const { free, coreFree, registryFree } = this.scarce;
    const fill = (name: string, left: number | undefined): void => {
      const table = this.system.process(name)?.table;
      if (table !== undefined && left !== undefined) occupy(this.kernel, table, left);
    };
    fill("init", free);
    fill("core", coreFree);
    const entries = rt.knobs.registrySize - rt.registry.known.length - (registryFree ?? Infinity);
    for (let i = 0; i < entries; i++) rt.registry.associate(NO_FD + i, NO_FD + i);
    this.objectsBefore = this.objectsOfCore;
  }

  private get objectsOfCore(): number {
    return this.system.coreServices?.entrypoint.objects.size ?? 0;
  }

  /** A session of what S grants under that name; nothing when S does not. */
  private *open(services: Entrypoint, name: string): ReturnType<Service["open"]> {
    const granted = this.launch.grant.find((g) => g.name === name);
    const fd = this.fds.get(granted?.object ?? "");
    return granted === undefined || fd === undefined ? undefined : yield* services.manage(new Proxy(fd, granted.rights));
  }

  /** P: asks for each thing that it wants by its name, uses it with each right; how many uses failed. */
  private *program(env: Env): Syscall<number> {
    this.cost = this.spent();
    let failed = 0;
    for (const want of this.launch.manifest) {
      const cap = yield* env.trySession(want.name, "ram_quota=4096");
      if (cap !== undefined) this.sessions.push(this.launch.grant.find((g) => g.name === want.name) ?? want);
      for (const right of want.rights) {
        const used = cap === undefined ? undefined : yield* invoke(env.rt, cap, 0, (args) => args.text(right));
        if (used?.results.word() !== 0) failed++;
      }
    }
    this.status = failed;
    return yield* pause();
  }

  private get rpcs(): number {
    return [...this.system.runtimes.values()].reduce((sum, rt) => sum + rt.rpcs, 0);
  }

  /** From S's first step for P to the end of P's start-up. */
  private spent(): Cost {
    const { traps, messages, bytes, contextSwitches, descriptorsMoved } = this.kernel.meter;
    return {
      traps, messages, contextSwitches, rpcs: this.rpcs - this.began.rpcs, rightsMoved: descriptorsMoved, bytesCopied: bytes, peakRightsInFlight: this.kernel.flight.peak,
      time: this.system.stage.machine.now - this.began.time,
    };
  }

  /** Runs it out. What goes wrong in the child nobody is told. */
  launched(): ScarceLaunched {
    this.system.run();
    const ran = this.status !== undefined;
    const [troubled] = ["init", "core", "P"].map((name) => this.system.process(name)).filter((p) => p?.trouble !== undefined);
    return {
      trouble: troubled === undefined ? "" : `${troubled.name}: ${troubled.trouble ?? ""}`,
      leaked: ran ? 0 : this.objectsOfCore - this.objectsBefore,
      outcome: ran ? { ran, status: this.status ?? 0 } : { ran: false, error: undefined },
      failState: ran ? "none" : this.system.process("init")?.ended === undefined ? "silent" : "fatal",
      atFirst: this.atFirst,
      atQuiescence: this.graph(),
      cost: this.cost ?? this.spent(),
    };
  }
}

/** Entries of a registry that stand for sockets elsewhere. */
const NO_FD = 1_000_000;

/** Fills `table` up, with the flag, but for `left` free descriptors below its end. */
function occupy(kernel: LinuxKernel, table: FdTable, left: number): void {
  const filler = kernel.flight.open({ kind: "file", ino: kernel.newInode(), object: "filler", rights: [] });
  for (let free = table.limit - table.size; free > left; free--) table.put(table.lowest ?? -1, filler, true);
}

/** The launch with something scarce from its first step on. */
export const launchScarce = (knobs: Knobs, launch: Launch, options: RunOptions, scarce: Scarce): ScarceLaunched => new Run(launch, knobs, options, scarce).launched();

const mechanism = (name: string, knobs: Knobs, policy: Policy = POLICY): Mechanism => ({
  name,
  column: "GL",
  policy,
  launch: (launch, options) => new Run(launch, knobs, options).launched(),
});

/** August 2012: entrypoints delegated by sockets; the parent clones itself. */
export const genode = mechanism("genode", f33c);
/** The same where received descriptors close on exec: what the flag in the message header was meant to do. */
export const genodeClosing = mechanism("genode-closing", { ...f33c, cloexecOnReceive: true });
/** November 2012: core clones itself for every process. */
export const genodeCore = mechanism("genode-core", core20d8);
/** 2020: a socket pair for each object. */
export const genode2020 = mechanism("genode-2020", perObject2020);

/** The column GL. */
export const genodeMechanisms: readonly Mechanism[] = [genode];
/** What became of it; not in the lists of mechanisms, for there P holds nothing of its manifest before it has asked. */
export const laterGenodes: readonly Mechanism[] = [genodeClosing, genodeCore, genode2020];
