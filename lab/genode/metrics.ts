/** What can be counted at a moment of a run (genode-linux.md §10): descriptors, references in flight, levels, entrypoints within reach. */
import type { LinuxKernel, LinuxProcess } from "./linux/kernel.ts";
import type { Socket } from "./linux/socket.ts";

export interface ProcessMetrics {
  readonly name: string;
  readonly fds: number;
  /** Different entrypoints that its descriptors lead to, its own included. */
  readonly entrypoints: number;
  /** Highest recursion level of a socket in its table. */
  readonly level: number;
}

export interface Metrics {
  /** Living processes, in the order of creation. */
  readonly processes: readonly ProcessMetrics[];
  /** References in flight now, and at most. */
  readonly inFlight: number;
  readonly peakInFlight: number;
  readonly messages: number;
  readonly bytes: number;
}

const socketsOf = ({ table }: LinuxProcess): readonly Socket[] =>
  table.fds.flatMap((fd) => {
    const what = table.at(fd)?.what;
    return what?.kind === "socket" ? [what] : [];
  });

/** Connected to a named socket, or named: an entrypoint, by the named socket's inode. */
const entrypointOf = (socket: Socket): number | undefined => (socket.path !== undefined ? socket.ino : socket.peer?.path === undefined ? undefined : socket.peer.ino);

/** Everything now. */
export function metricsOf({ all, flight, meter }: LinuxKernel): Metrics {
  const processes = all
    .filter((p) => p.ended === undefined)
    .map((process): ProcessMetrics => {
      const sockets = socketsOf(process);
      const entrypoints = new Set(sockets.flatMap((s) => entrypointOf(s) ?? []));
      return { name: process.name, fds: process.table.size, entrypoints: entrypoints.size, level: Math.max(0, ...sockets.map((s) => s.level)) };
    });
  return { processes, inFlight: flight.total, peakInFlight: flight.peak, messages: meter.messages, bytes: meter.bytes };
}
