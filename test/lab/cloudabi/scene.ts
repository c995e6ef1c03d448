/** The caller of cloudabi.md §10: 0 log (socket), 1 shell terminal, 2 secret (file), 3 directory, 4 program, 7 socket B. */
import { Machine } from "../../../mach/kern/machine.ts";
import type { Strategy } from "../../../mach/kern/scheduler.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Argdata } from "../../../lab/cloudabi/argdata/node.ts";
import { fd as fdNode } from "../../../lab/cloudabi/argdata/node.ts";
import { errnoName, type Result } from "../../../lab/cloudabi/errno.ts";
import { CharacterDevice, newDirectory, newFile, OpenDirectory, OpenRegularFile, type OpenFile } from "../../../lab/cloudabi/kernel/files.ts";
import { imageOf } from "../../../lab/cloudabi/kernel/image.ts";
import { CloudAbiKernel, type KernelOptions } from "../../../lab/cloudabi/kernel/kernel.ts";
import type { CloudProcess } from "../../../lab/cloudabi/kernel/process.ts";
import { socketPair, type Socket } from "../../../lab/cloudabi/kernel/sockets.ts";
import type { Slot } from "../../../lab/cloudabi/kernel/table.ts";
import type { Program } from "../../../lab/cloudabi/kernel/traps.ts";
import { exiting, pause } from "../../../lab/cloudabi/libc/calls.ts";
import { programMain, type Start } from "../../../lab/cloudabi/libc/program.ts";
import { FileType, Right, rights, typeRights, without, type RightsPair } from "../../../lab/cloudabi/rights.ts";

export const READ_ONLY_DIRECTORY: RightsPair = {
  base: rights("FILE_OPEN", "FILE_READDIR", "FILE_STAT_FGET"),
  inheriting: rights("FD_READ", "FD_SEEK", "FILE_OPEN", "FILE_READDIR", "FILE_STAT_FGET", "PROC_EXEC"),
};
const FILE_TO_READ: RightsPair = { base: rights("FD_READ", "FD_SEEK", "FD_TELL", "FILE_STAT_FGET"), inheriting: 0n };
const EXECUTABLE: RightsPair = { base: rights("FD_READ", "FILE_STAT_FGET", "PROC_EXEC"), inheriting: 0n };

/** A descriptor that fails to be made is a bug of the test. */
export function got<T>(result: Result<T>): T {
  if (result.err !== 0) throw new Error(errnoName(result.err));
  return result.value;
}
export const node = (fd: number): Argdata => got(fdNode(fd));

/** What a program saw when it began, and what it then did. */
export interface Seen {
  readonly ad: Argdata;
  readonly start: Start;
  /** Its table: labels by number. */
  readonly table: Readonly<Record<number, string>>;
}

export class Scene {
  readonly kernel: CloudAbiKernel;
  readonly machine: Machine;
  readonly slots = new Map<number, Slot>();
  readonly log: Socket;
  readonly logPeer: Socket;
  readonly dir = newDirectory("dir", { a: newFile("dir/a", "contents of a"), empty: newFile("dir/empty", "", true), prog: newFile("dir/prog", imageOf("p"), true) });
  readonly secret = newFile("secret", "0123456789abcdefghij");
  /** Ends that no process holds. */
  readonly outside: readonly Socket[];
  seen: Seen | undefined;
  caller: CloudProcess | undefined;

  constructor(options?: KernelOptions, strategy?: Strategy) {
    this.machine = new Machine({ instructions: new Map(), ...(strategy === undefined ? {} : { scheduler: strategy }) });
    this.kernel = new CloudAbiKernel(this.machine, options);
    [this.log, this.logPeer] = this.pair("log");
    this.logPeer.refer();
    const socket = typeRights[FileType.SOCKET_STREAM];
    this.put(0, this.log, socket);
    this.put(1, new CharacterDevice("tty"), typeRights[FileType.CHARACTER_DEVICE]);
    this.put(2, new OpenRegularFile(this.secret, false), FILE_TO_READ);
    this.put(3, new OpenDirectory(this.dir), READ_ONLY_DIRECTORY);
    this.put(4, new OpenRegularFile(newFile("prog", imageOf("p"), true), false), EXECUTABLE);
    const [b, other] = this.pair("B");
    other.refer();
    this.outside = [this.logPeer, other];
    this.put(7, b, socket);
    this.program("p", function* () {
      yield* pause();
      return 0;
    });
  }

  pair(label: string): readonly [Socket, Socket] {
    return socketPair(FileType.SOCKET_STREAM, [label, `${label}.peer`], this.machine, () => this.kernel.changes.wakeAll());
  }

  put(fd: number, file: OpenFile, { base, inheriting }: RightsPair): void {
    this.slots.set(fd, { file, base, inheriting });
  }

  /** What runs under a name: it notes what it sees first. */
  program(name: string, main: (ad: Argdata, start: Start) => Syscall<number>): void {
    const noting: Program = programMain((ad, start) => {
      const process = this.kernel.all.findLast((p) => p.ended === undefined && p.task.threads.some((t) => t.id === start.tid)) ?? this.kernel.all[0];
      this.seen = { ad, start, table: process === undefined ? {} : tableOf(process) };
      return main(ad, start);
    });
    this.kernel.programs.set(name, noting);
  }

  /** Runs the caller to the end of all that can go on. */
  run(body: () => Syscall<void>): this {
    this.caller = this.kernel.start("S", this.slots, exiting(function* () {
      yield* body();
      yield* pause();
      return 0;
    }));
    this.machine.run();
    return this;
  }

  get callerTable(): Readonly<Record<number, string>> {
    return this.caller === undefined ? {} : tableOf(this.caller);
  }
}

/** Labels by number. */
export const tableOf = (process: CloudProcess): Readonly<Record<number, string>> => Object.fromEntries(process.table.all.map(([fd, { file }]) => [fd, file.label]));

/** A file without the right to be executed. */
export const notExecutable: RightsPair = { base: without(EXECUTABLE.base, Right.PROC_EXEC), inheriting: 0n };
export const writableExecutable: RightsPair = { base: EXECUTABLE.base | Right.FD_WRITE, inheriting: 0n };
export const executable = EXECUTABLE;
