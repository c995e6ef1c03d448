/** Objects and descriptors for what an experiment says that a launcher holds (`lab/model/launch.ts`). */
import type { Held, Launch } from "../model/launch.ts";
import type { Want, Yield } from "../model/authority.ts";
import { plainKind, type Atomic, type Vocabulary } from "./authority.ts";
import { namedFds } from "./argdata/paths.ts";
import { fromBuffer, identity } from "./argdata/node.ts";
import { CharacterDevice, newDirectory, newFile, OpenDirectory, OpenRegularFile, type OpenFile } from "./kernel/files.ts";
import { imageOf } from "./kernel/image.ts";
import type { CloudAbiKernel } from "./kernel/kernel.ts";
import type { CloudProcess } from "./kernel/process.ts";
import { socketPair } from "./kernel/sockets.ts";
import type { Slot } from "./kernel/table.ts";
import { pause, exiting } from "./libc/calls.ts";
import { FileType, NO_RIGHTS, Right, type RightsPair } from "./rights.ts";

const pair = (base: bigint, inheriting = NO_RIGHTS): RightsPair => ({ base, inheriting });

/** Elementary rights of the laboratory as rights of descriptors. What opens files below a directory passes on at least the right to open further. */
const WORDS: Readonly<Record<string, RightsPair>> = {
  r: pair(Right.FD_READ),
  w: pair(Right.FD_WRITE),
  receive: pair(Right.FD_READ),
  accept: pair(Right.FD_READ),
  send: pair(Right.FD_WRITE),
  lookup: pair(Right.FILE_OPEN, Right.FD_READ),
  execute: pair(Right.PROC_EXEC),
  wait: pair(Right.POLL_PROC_TERMINATE),
  /** To let go is enough (cloudabi.md §2.4). */
  kill: pair(NO_RIGHTS),
};

/** The right through which an object of a kind gives others. */
const YIELDING: Readonly<Record<string, string>> = { directory: "lookup", listener: "accept", socket: "receive" };

/** What a descriptor with one elementary right must have. A word that the laboratory does not know is a bug of the experiment. */
export function pairOf(word: string): RightsPair {
  const known = WORDS[word];
  if (known === undefined) throw new Error(`CloudABI has nothing for the right "${word}"`);
  return known;
}

/** Rights of a descriptor with all of `words`; `FILE_STAT_FGET` goes with everything. */
export const rightsFor = (words: readonly string[]): RightsPair =>
  words.map(pairOf).reduce((a, b) => pair(a.base | b.base, a.inheriting | b.inheriting), pair(Right.FILE_STAT_FGET));

/** Where S holds what. */
export interface World {
  readonly slots: ReadonlyMap<number, Slot>;
  /** The first number at which S holds an object. */
  fdOf(object: string): number | undefined;
  /** The descriptor of the executable, which S alone holds. */
  readonly execfd: number;
}

function objectFor(kernel: CloudAbiKernel, { object, kind, yields = [] }: Held): OpenFile {
  switch (kind) {
    case "tty":
      return new CharacterDevice(object);
    case "log":
    case "file":
      return new OpenRegularFile(newFile(object, `content of ${object}`), false);
    case "directory":
      return new OpenDirectory(newDirectory(object, Object.fromEntries(yields.map((y) => [y.name, newFile(y.object, `content of ${y.object}`)]))));
    case "process":
      return kernel.fork(kernel.start(`parent of ${object}`, new Map(), forever), forever, object).file;
    case "listener":
    case "socket":
    case "send-right":
    case "receive-right": {
      const [here, there] = socketPair(FileType.SOCKET_STREAM, [object, `${object}'s other end`], kernel.machine, () => kernel.changes.wakeAll());
      there.refer();
      return here;
    }
  }
}

const forever = exiting(function* () {
  yield* pause();
  return 0;
});

/** Makes what S holds. What has no number (raw rights: CloudABI has nothing beside descriptors) gets the next free ones. */
export function furnish(kernel: CloudAbiKernel, holds: readonly Held[], program: string): World {
  const slots = new Map<number, Slot>();
  const first = new Map<string, number>();
  const free = (): number => Math.max(-1, ...holds.flatMap((h) => h.at), ...slots.keys()) + 1;
  for (const held of holds) {
    const slot: Slot = { file: objectFor(kernel, held), ...rightsFor(held.rights) };
    for (const fd of held.at.length > 0 ? held.at : [free()]) {
      slots.set(fd, slot);
      if (!first.has(held.object)) first.set(held.object, fd);
    }
  }
  const execfd = free();
  slots.set(execfd, { file: new OpenRegularFile(newFile("executable", imageOf(program), true), false), ...rightsFor(["execute"]) });
  return { slots, execfd, fdOf: (object) => first.get(object) };
}

/** How the launch speaks of what is held. `argdata`: what a process was started with. */
export function vocabularyOf({ holds }: Launch, roleOf: Vocabulary["roleOf"], argdata: (process: CloudProcess) => Uint8Array | undefined): Vocabulary {
  const held = new Map(holds.map((h) => [h.object, h]));
  const words = (file: OpenFile): readonly string[] => held.get(file.label)?.rights ?? (file.label === "executable" ? ["execute"] : ["r", "w"]);
  return {
    kindOf: (file) => held.get(file.label)?.kind ?? plainKind(file),
    rightsOf: (file): Atomic => Object.fromEntries(words(file).map((word) => [word, pairOf(word)])),
    yields: holds.flatMap(yieldsOf),
    roleOf,
    namesOf: (process) => {
      const data = argdata(process);
      return data === undefined ? [] : namedFds(fromBuffer(data, identity));
    },
  };
}

const yieldsOf = ({ object, kind, rights: words, yields = [] }: Held): readonly Yield[] =>
  yields.map((y: Want): Yield => ({ object, right: YIELDING[kind] ?? words[0] ?? "", gives: y.object, rights: y.rights }));
