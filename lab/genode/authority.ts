/**
 * The authority graph of a Genode system on Linux, from its processes' tables and the sessions that a program has opened.
 *
 * What every program has by its start, the parent's socket at 100 and core's entrypoint, is the system's and stands in no holding of P, as the Hurd's own ports do not count in M1
 * (comparison.md §8); that through core's socket everybody's sessions can be named is the forgery gap (E11).
 */
import type { AuthorityGraph, AuthorityObject, Control, Holding, Want, Yield } from "../model/authority.ts";
import type { Launch } from "../model/launch.ts";
import type { LinuxKernel, LinuxProcess } from "./linux/kernel.ts";
import type { Socket } from "./linux/socket.ts";

/** The right through which objects of a kind give others. */
const YIELDING: Readonly<Record<string, string>> = { directory: "lookup", listener: "accept", socket: "receive" };

/** What sockets are called in graphs, by inode: the scenario's own. */
export type SocketNames = ReadonlyMap<number, string>;

export interface Scene {
  readonly kernel: LinuxKernel;
  readonly launch: Launch;
  readonly sockets: SocketNames;
  /** What P has got by sessions so far. */
  readonly sessions: readonly Want[];
}

const roleOf = (name: string): { readonly id: string; readonly role: "launcher" | "program" | "other" } =>
  name === "init" ? { id: "S", role: "launcher" } : name === "P" ? { id: "P", role: "program" } : { id: name, role: "other" };

/** What a socket is in the scenario: the one that it is called, to receive on; what its peer is called, to send to. */
function socketHolding(sockets: SocketNames, { ino, peer }: Socket): Pick<Holding, "object" | "rights"> | undefined {
  const bound = sockets.get(ino);
  if (bound !== undefined) return { object: bound, rights: ["receive"] };
  const to = sockets.get(peer?.ino ?? -1);
  return to === undefined ? undefined : { object: to, rights: ["send"] };
}

function holdingsOf({ sockets, sessions }: Scene, { name, table }: LinuxProcess): readonly Holding[] {
  const { id } = roleOf(name);
  const byTable = table.fds.flatMap((fd): readonly Holding[] => {
    const what = table.at(fd)?.what;
    if (what === undefined) return [];
    const held = what.kind === "file" ? { object: what.object, rights: [...what.rights].sort() } : socketHolding(sockets, what);
    return held === undefined ? [] : [{ task: id, ...held, at: `fd ${fd}` }];
  });
  if (name !== "P") return byTable;
  return [...byTable, ...sessions.map(({ name: service, object, rights }): Holding => ({ task: id, object, rights: [...rights].sort(), at: `session ${service}` }))];
}

const yieldsOf = ({ holds }: Launch): readonly Yield[] =>
  holds.flatMap(({ object, kind, rights, yields = [] }) => yields.map((y): Yield => ({ object, right: YIELDING[kind] ?? rights[0] ?? "", gives: y.object, rights: y.rights })));

/** All run under one user: each can trace and kill each. The creator's PD session kills too. */
function controlsOf(alive: readonly LinuxProcess[]): readonly Control[] {
  const [of] = alive.filter((p) => p.name === "P");
  if (of === undefined) return [];
  const edges = alive.filter((by) => by !== of && by.uid === of.uid).flatMap(({ name }): readonly Control[] => [
    { by: roleOf(name).id, of: "P", through: "ptrace", can: ["write", "read-table", "debug"] },
    { by: roleOf(name).id, of: "P", through: "kill", can: ["kill"] },
  ]);
  return [...edges, { by: "S", of: "P", through: "pd-session", can: ["kill"] }];
}

/** The graph now. P can find what S grants: it asks for a session of that name. */
export function graphOf(scene: Scene): AuthorityGraph {
  const { kernel, launch, sockets } = scene;
  const alive = kernel.all.filter((p) => p.ended === undefined);
  const kinds = new Map(launch.holds.map((h) => [h.object, h.kind]));
  const named = new Set([...kinds.keys(), ...sockets.values()]);
  return {
    tasks: alive.map((p) => roleOf(p.name)),
    objects: [...named].map((id): AuthorityObject => ({ id, kind: kinds.get(id) ?? "socket" })),
    holdings: alive.flatMap((p) => holdingsOf(scene, p)),
    yields: yieldsOf(launch),
    namings: launch.grant.filter((g) => launch.manifest.some((m) => m.name === g.name)).map(({ name, object, rights }) => ({ task: "P", object, rights, as: `session ${name}` })),
    controls: controlsOf(alive),
  };
}
