/**
 * What Linux allowed a Unix-domain socket to carry, by era (genode-linux.md §6). Real numbers are the defaults; experiments sweep them.
 */
import type { OpenFile } from "./descriptor.ts";

/** When a socket's recursion level goes back to 0. Linux: only when a stream's receiver finds its queue empty. */
export type LevelReset = "stream-only" | "any-empty" | "never";

export interface KernelLimit {
  /** 2.6.37 … 4.13: descriptors whose sockets have a level above `max` cannot be attached. */
  readonly level?: { readonly max: number; readonly reset: LevelReset };
  /** From 4.5 on: references in flight of one user; above it an unprivileged sender gets ETOOMANYREFS. "nofile": the sender's RLIMIT_NOFILE. */
  readonly inflightPerUser?: number | "nofile";
  /** SCM_MAX_FD. */
  readonly descriptorsPerMessage: number;
  /** Datagrams that may stand before a sender has to wait (net.unix.max_dgram_qlen): one more is let in. */
  readonly datagramQueue: number;
}

const always = { descriptorsPerMessage: 253, datagramQueue: 10 } as const;

/** 2012: the nesting level. */
export const linux2012: KernelLimit = { ...always, level: { max: 4, reset: "stream-only" } };
/** 4.5 … 4.13: both rules. */
export const linux2016: KernelLimit = { ...linux2012, inflightPerUser: "nofile" };
/** From 4.14 on: references in flight. */
export const linuxModern: KernelLimit = { ...always, inflightPerUser: "nofile" };
/** No rule about what is carried. */
export const unlimited: KernelLimit = always;

/** The level at which `files` would be attached: that of the highest Unix-domain socket among them. */
export const attachedLevel = (files: readonly OpenFile[]): number => files.reduce((max, { what }) => (what.kind === "socket" ? Math.max(max, what.level) : max), 0);
