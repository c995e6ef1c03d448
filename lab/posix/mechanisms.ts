/**
 * The ways to start a program that Unix has, had, or was offered (comparison.md §§1, 6, 7; README.md here for the proposals of 2026). Each is a launcher: what S does.
 */
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Mechanism, Policy } from "../model/launch.ts";
import type { FileAction, SpawnAttributes } from "./calls.ts";
import type { Result } from "./errors.ts";
import type { PosixOptions } from "./kernel.ts";
import { forkAndExec, sys } from "./libc.ts";
import { launchPosix, PROGRAM_PATH, type LaunchContext, type Launcher } from "./scenario.ts";

const FLAG: Policy = {
  selectFds: "flag",
  selectRights: "none",
  container: "same",
  numbers: "keep",
  describe: "none",
  reduceRights: "never",
  identity: "keep",
  errors: "errno",
  elevation: "mode-bit",
  ambient: "whole file system",
  executable: "path",
};

/** fork, then execve in the child; the pipe tells of a failure. */
const fork: Launcher = ({ program }) => forkAndExec(program);
const vfork: Launcher = ({ program }) => forkAndExec(program, { vfork: true });
const spawn: Launcher = ({ program }) => sys("posix_spawn", program);

/** A careful launcher: an action closes each number that the flag does not close and the grant does not list. */
const spawnClosing: Launcher = ({ program, launch }) => {
  const granted = launch.grant.map((g) => g.object);
  const closed = launch.holds.filter((h) => !h.closeOnExec && !granted.includes(h.object)).flatMap((h) => h.at);
  return sys("posix_spawn", { ...program, actions: closed.map((fd): FileAction => ({ kind: "close", fd })) });
};

/** All numbers at which S holds what it grants. */
const granted = ({ launch }: LaunchContext): readonly number[] => launch.holds.filter((h) => launch.grant.some((g) => g.object === h.object)).flatMap((h) => h.at);

/** Darwin with POSIX_SPAWN_CLOEXEC_DEFAULT. */
const darwin =
  (attributes: SpawnAttributes): Launcher =>
  (context) =>
    sys("posix_spawn", { ...context.program, attributes: { closeOnExecDefault: true, ...attributes }, actions: granted(context).map((fd): FileAction => ({ kind: "inherit", fd })) });

/** Capability mode: the program is a descriptor, rights of what is granted are cut to the grant, and the child can name nothing more. */
function* capsicum({ program, launch }: LaunchContext): Syscall<Result> {
  const fd = yield* sys("open", { path: PROGRAM_PATH, access: "execute", closeOnExec: true });
  if (typeof fd !== "number") return fd;
  return yield* forkAndExec(
    { fd, argv: program.argv, bytes: program.bytes },
    {
      *prepare() {
        yield* sys("cap_enter", {});
        for (const { object, rights } of launch.grant) for (const at of launch.holds.filter((h) => h.object === object).flatMap((h) => h.at)) yield* sys("cap_rights_limit", { fd: at, rights });
      },
    },
  );
}

/** Spawn templates: the executable is found once; each launch is a fork of the caller with the template's actions. */
function* template({ program }: LaunchContext): Syscall<Result> {
  const fd = yield* sys("spawn_template_create", { path: program.path });
  if (typeof fd !== "number") return fd;
  return yield* sys("spawn_template_spawn", { fd, argv: program.argv, bytes: program.bytes });
}

/** The process builder with an empty table: a call for each thing that is granted. */
function* builder(context: LaunchContext): Syscall<Result> {
  const { program } = context;
  const fd = yield* sys("pidfd_open_empty", {});
  if (typeof fd !== "number") return fd;
  yield* sys("pidfd_config", { fd, set: { kind: "executable", path: program.path } });
  yield* sys("pidfd_config", { fd, set: { kind: "arguments", argv: program.argv, bytes: program.bytes } });
  for (const at of granted(context)) yield* sys("pidfd_config", { fd, set: { kind: "install", fd: at, to: at } });
  return yield* sys("pidfd_start", { fd });
}

const mechanism = (name: string, column: string, policy: Partial<Policy>, launcher: Launcher, options: PosixOptions = {}): Mechanism => ({
  name,
  column,
  policy: { ...FLAG, ...policy },
  launch: (launch, run) => launchPosix(launcher, launch, run, options),
});

export const posix = mechanism("posix", "PX", {}, fork);
export const posixVfork = mechanism("posix-vfork", "PX", {}, vfork);
export const posixSpawn = mechanism("posix-spawn", "PS", { container: "fresh-task", identity: "new" }, spawn);
export const posixSpawnClosing = mechanism("posix-spawn-closing", "PS", { container: "fresh-task", identity: "new" }, spawnClosing);
const DARWIN: Partial<Policy> = { selectFds: "list", selectRights: "construct", container: "fresh-task", identity: "new", describe: "position" };
export const darwinDefault = mechanism("darwin", "DW", DARWIN, darwin({}), { darwin: true });
export const darwinWithoutBootstrap = mechanism("darwin-no-bootstrap", "DW", DARWIN, darwin({ bootstrap: "none" }), { darwin: true });
export const darwinWithoutFlag = mechanism("darwin-no-flag", "DW", { ...DARWIN, selectFds: "flag" }, spawn, { darwin: true });
export const capsicumExec = mechanism("capsicum", "CS", { reduceRights: "explicit-before", elevation: "none", ambient: "clock, random", executable: "fd" }, capsicum);
export const linuxTemplate = mechanism("linux-template", "PS", { container: "fresh-task", identity: "new", executable: "fd" }, template);
export const linuxBuilder = mechanism("linux-builder", "PS", { selectFds: "construct", container: "fresh-task", identity: "new", numbers: "assigned" }, builder);

/** In the order of comparison.md §1. */
export const posixMechanisms: readonly Mechanism[] = [
  posix, posixVfork, posixSpawn, posixSpawnClosing, linuxTemplate, linuxBuilder, darwinDefault, darwinWithoutBootstrap, darwinWithoutFlag, capsicumExec,
];
