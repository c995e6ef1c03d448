/** The authority graph of a Unix machine, from its processes' tables. */
import type { AuthorityGraph, AuthorityObject, Control, Holding, Naming, Want, Yield } from "../model/authority.ts";
import { mayTrace } from "./calls-signal.ts";
import type { Description } from "./description.ts";
import type { PosixKernel } from "./kernel.ts";
import type { PosixProcess } from "./process.ts";
import { rightsOf } from "./table.ts";

/** The right through which an object of a kind gives others (comparison.md §8, M1). */
export const YIELDING: Readonly<Record<string, string>> = { directory: "lookup", listener: "accept", socket: "receive" };

/** By which number a program knows what it wants: there is no other description on Unix than that both sides agree. */
export type Convention = ReadonlyMap<string, number>;

/** All of it now. `wants`: what the program looks for, at the numbers of `convention`. */
export function graphOf(kernel: PosixKernel, wants: readonly Want[], convention: Convention): AuthorityGraph {
  const alive = kernel.all.filter((p) => p.ended === undefined);
  const descriptions = new Map<string, Description>();
  for (const p of alive) for (const [, { description }] of p.table.all) descriptions.set(description.id, description);
  for (const p of alive) if (p.bootstrap !== undefined) descriptions.set(p.bootstrap.id, p.bootstrap);
  const memories = alive.flatMap((p) => (p.memoryOf === undefined ? [] : [p.memoryOf.process.name]));
  return {
    tasks: alive.map(({ name }) => ({ id: name, role: roleOf(name) })),
    objects: [...[...descriptions.values()].map(({ id, kind }): AuthorityObject => ({ id, kind })), ...memories.map((name) => ({ id: `memory ${name}`, kind: "memory" }))],
    holdings: alive.flatMap(holdingsOf),
    yields: [...descriptions.values()].flatMap(yieldsOf),
    namings: alive.filter((p) => roleOf(p.name) === "program").flatMap((p) => namingsOf(p, wants, convention)),
    controls: controlsOf(alive),
  };
}

const roleOf = (name: string): "launcher" | "program" | "other" => (name === "S" ? "launcher" : name === "P" ? "program" : "other");

function holdingsOf({ name, table, bootstrap, memoryOf }: PosixProcess): readonly Holding[] {
  const held: Holding[] = table.all.map(([fd, d]) => ({ task: name, object: d.description.id, rights: [...rightsOf(d)].sort(), at: `fd ${fd}` }));
  if (bootstrap !== undefined) held.push({ task: name, object: bootstrap.id, rights: bootstrap.rights, at: "bootstrap port" });
  if (memoryOf !== undefined) held.push({ task: name, object: `memory ${memoryOf.process.name}`, rights: memoryOf.rights, at: "memory" });
  return held;
}

const yieldsOf = ({ id, kind, yields, rights }: Description): readonly Yield[] =>
  yields.map(({ object, rights: given }) => ({ object: id, right: YIELDING[kind] ?? rights[0] ?? "", gives: object, rights: given }));

function namingsOf({ name, table, bootstrap }: PosixProcess, wants: readonly Want[], convention: Convention): readonly Naming[] {
  const found = wants.flatMap(({ name: want, object }): readonly Naming[] => {
    const fd = convention.get(want);
    const descriptor = fd === undefined ? undefined : table.get(fd);
    return descriptor?.description.id === object ? [{ task: name, object, rights: rightsOf(descriptor), as: `fd ${fd ?? -1}` }] : [];
  });
  return bootstrap === undefined ? found : [...found, { task: name, object: bootstrap.id, rights: bootstrap.rights, as: "TASK_BOOTSTRAP_PORT" }];
}

function controlsOf(alive: readonly PosixProcess[]): readonly Control[] {
  const pairs = alive.flatMap((by) => alive.filter((of) => of !== by).map((of) => ({ by, of })));
  return pairs.flatMap(({ by, of }): readonly Control[] => {
    const edge = (through: string, ...can: Control["can"][number][]): Control => ({ by: by.name, of: of.name, through, can });
    const holds = by.table.all.some(([, { description: d }]) => d.to.kind === "process" && d.to.pid === of.pid);
    const kills = !by.capabilityMode && (by.uid.effective === 0 || by.uid.effective === of.uid.saved || by.uid.real === of.uid.real);
    return [
      ...(of.tracer === by || mayTrace(by, of) ? [edge("ptrace", "write", "read-table", "debug")] : []),
      ...(kills ? [edge("kill", "kill")] : []),
      ...(of.parent === by ? [edge("parent", "wait")] : []),
      ...(holds ? [edge(of.embryo ? "builder" : "process-fd", ...(of.embryo ? (["write", "kill", "wait"] as const) : (["kill", "wait"] as const)))] : []),
      ...(of.borrows === by || by.borrows === of ? [edge("shared memory", "write")] : []),
    ];
  });
}
