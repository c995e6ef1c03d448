/**
 * The authority graph of a CloudABI machine (comparison.md §2), from its tables and from what can be had through what stands in them: files below a directory as far as its
 * inheriting rights let them be opened, descriptors that wait in a socket.
 */
import type { AuthorityGraph, AuthorityObject, Control, Holding, Naming, Yield } from "../model/authority.ts";
import type { CloudAbiKernel } from "./kernel/kernel.ts";
import { OpenDirectory, OpenRegularFile, ProcessFile, type Inode, type OpenFile } from "./kernel/files.ts";
import type { CloudProcess } from "./kernel/process.ts";
import { Socket } from "./kernel/sockets.ts";
import type { Slot } from "./kernel/table.ts";
import type { NamedFd } from "./argdata/paths.ts";
import { includes, type RightsPair } from "./rights.ts";

/** An elementary right of a scenario: a descriptor has it when it has all of these. */
export type Atomic = Readonly<Record<string, RightsPair>>;

/** How a scenario speaks of rights: the elementary rights of an object, and how its kind is called. */
export interface Vocabulary {
  readonly kindOf: (file: OpenFile) => string;
  readonly rightsOf: (file: OpenFile) => Atomic;
  /** What the scenario knows of an object besides: connections of a listener, what a peer may hand out. */
  readonly yields?: readonly Yield[];
  /** Elementary rights of what a directory gives, under the right of the directory that gives them. */
  readonly throughDirectory?: Readonly<Record<string, { readonly file: readonly string[]; readonly directory: readonly string[] }>>;
  /** How a process is called, and its part. */
  readonly roleOf: (process: CloudProcess) => "launcher" | "program" | "other";
  /** What a process can find by its arguments. */
  readonly namesOf?: (process: CloudProcess) => readonly NamedFd[];
}

/** The elementary rights of a descriptor, sorted. */
export function atomsOf(vocabulary: Vocabulary, { file, base, inheriting }: Slot): readonly string[] {
  return Object.entries(vocabulary.rightsOf(file))
    .filter(([, need]) => includes(base, need.base) && includes(inheriting, need.inheriting))
    .map(([name]) => name)
    .sort();
}

/** All of it now. */
export function graphOf(kernel: CloudAbiKernel, vocabulary: Vocabulary): AuthorityGraph {
  const alive = kernel.all.filter((p) => p.ended === undefined);
  const objects = new Map<string, string>();
  const add = (id: string, kind: string): void => void (objects.has(id) || objects.set(id, kind));
  const yields: Yield[] = [...(vocabulary.yields ?? [])];
  for (const p of alive) for (const [, { file }] of p.table.all) explore(file, vocabulary, add, yields);
  return {
    tasks: alive.map((p) => ({ id: p.label, role: vocabulary.roleOf(p) })),
    objects: [...objects].map(([id, kind]): AuthorityObject => ({ id, kind })),
    holdings: alive.flatMap((p) => p.table.all.map(([fd, slot]): Holding => ({ task: p.label, object: slot.file.label, rights: atomsOf(vocabulary, slot), at: `fd ${fd}` }))),
    yields: unique(yields),
    namings: alive.flatMap((p) => namingsOf(p, vocabulary)),
    controls: alive.flatMap((p) => controlsOf(p, alive)),
  };
}

/** Notes an object, and what it yields. */
function explore(file: OpenFile, vocabulary: Vocabulary, add: (id: string, kind: string) => void, yields: Yield[]): void {
  add(file.label, vocabulary.kindOf(file));
  if (file instanceof OpenDirectory) for (const inode of file.inode.entries.values()) below(file.label, inode, vocabulary, add, yields);
  if (!(file instanceof Socket)) return;
  for (const slot of file.queued) {
    yields.push({ object: file.label, right: "r", gives: slot.file.label, rights: atomsOf(vocabulary, slot) });
    add(slot.file.label, vocabulary.kindOf(slot.file));
  }
}

function below(directory: string, inode: Inode, vocabulary: Vocabulary, add: (id: string, kind: string) => void, yields: Yield[]): void {
  add(inode.label, inode.kind);
  for (const [right, gives] of Object.entries(vocabulary.throughDirectory ?? {})) yields.push({ object: directory, right, gives: inode.label, rights: gives[inode.kind] });
  if (inode.kind === "directory") for (const child of inode.entries.values()) below(inode.label, child, vocabulary, add, yields);
}

const unique = (yields: readonly Yield[]): readonly Yield[] =>
  [...new Map(yields.filter((y) => y.rights.length > 0).map((y) => [JSON.stringify([y.object, y.right, y.gives, y.rights]), y])).values()];

const namingsOf = (p: CloudProcess, vocabulary: Vocabulary): readonly Naming[] =>
  (vocabulary.namesOf?.(p) ?? []).flatMap(({ fd, as }): readonly Naming[] => {
    const slot = p.table.get(fd);
    return slot === undefined ? [] : [{ task: p.label, object: slot.file.label, rights: atomsOf(vocabulary, slot), as }];
  });

/** Who holds a child's descriptor can wait for it, and kill it by letting go (§2.4). */
const controlsOf = (p: CloudProcess, alive: readonly CloudProcess[]): readonly Control[] =>
  p.table.all.flatMap(([, { file }]): readonly Control[] =>
    file instanceof ProcessFile && alive.some((q) => q.label === file.child.label) ? [{ by: p.label, of: file.child.label, through: "process-fd", can: ["kill", "wait"] }] : [],
  );

/** What a file is, when the scenario has no better word. */
export const plainKind = (file: OpenFile): string =>
  file instanceof OpenDirectory ? "directory" : file instanceof OpenRegularFile ? "file" : file instanceof Socket ? "socket" : file instanceof ProcessFile ? "process" : "tty";
