/** The authority graph of a machine under the capability personality: names are authority, descriptors are not. */
import type { AuthorityGraph, AuthorityObject, Control, Naming, Want } from "../model/authority.ts";
import type { CapabilityKernel } from "./kernel.ts";
import type { CapabilityProcess } from "./process.ts";
import type { Capability } from "./space.ts";

/** Where a program finds what it wants: numbers by name, and in which words. */
export interface Description {
  readonly numbers: ReadonlyMap<string, number>;
  readonly as: (name: string, fd: number) => string;
}

const YIELDING: Readonly<Record<string, string>> = { directory: "lookup", listener: "accept", socket: "receive", "receive-right": "receive" };

/** All of it now. */
export function graphOf(kernel: CapabilityKernel, wants: readonly Want[], description: Description): AuthorityGraph {
  const alive = kernel.all.filter((p) => p.ended === undefined);
  const objects = new Map<string, Capability>();
  for (const p of alive) for (const c of p.space.names.values()) objects.set(c.object, c);
  return {
    tasks: alive.map(({ name }) => ({ id: name, role: name === "S" ? "launcher" : name === "P" ? "program" : "other" })),
    objects: [...objects.values()].map(({ object, kind }): AuthorityObject => ({ id: object, kind })),
    holdings: alive.flatMap((p) => [...p.space.names].map(([name, c]) => ({ task: p.name, object: c.object, rights: [...c.rights].sort(), at: whereOf(p, name) }))),
    yields: [...objects.values()].flatMap((c) => c.yields.map(({ object, rights }) => ({ object: c.object, right: YIELDING[c.kind] ?? c.rights[0] ?? "", gives: object, rights }))),
    namings: alive.filter((p) => p.name === "P").flatMap((p) => namingsOf(p, wants, description)),
    controls: alive.flatMap(controlsOf),
  };
}

function whereOf({ space }: CapabilityProcess, name: number): string {
  const fds = [...space.fds].filter(([, e]) => e.name === name).map(([fd]) => fd);
  return fds.length === 0 ? `name ${name}` : `fd ${fds.sort((a, b) => a - b).join(", ")}`;
}

const namingsOf = ({ space, name: task }: CapabilityProcess, wants: readonly Want[], { numbers, as }: Description): readonly Naming[] =>
  wants.flatMap(({ name, object }): readonly Naming[] => {
    const fd = numbers.get(name);
    const capability = fd === undefined ? undefined : space.capabilityAt(fd);
    return capability?.object === object && fd !== undefined ? [{ task, object, rights: capability.rights, as: as(name, fd) }] : [];
  });

/** Who made a task has its port, until it hands it away. */
const controlsOf = ({ name, owner, ended }: CapabilityProcess): readonly Control[] =>
  owner === undefined || ended !== undefined || owner.ended !== undefined ? [] : [{ by: owner.name, of: name, through: "task-port", can: ["write", "kill", "read-table", "debug"] }];
