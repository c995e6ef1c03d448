/**
 * What an experiment gives to every mechanism alike: what the launcher holds, what the program wants, what the launcher means to pass; and
 * what comes back. A mechanism is judged by this alone (comparison.md §§2, 4, 6).
 */
import type { Strategy } from "../../mach/kern/scheduler.ts";
import type { AuthorityGraph, Want } from "./authority.ts";

/** Something that the launcher S holds before the launch. */
export interface Held {
  readonly object: string;
  readonly kind: "tty" | "log" | "file" | "directory" | "listener" | "socket" | "process" | "send-right" | "receive-right";
  readonly rights: readonly string[];
  /** Descriptors at which it stands; empty: it is a raw right (or what comes next to that) in no table of descriptors. */
  readonly at: readonly number[];
  /** The flag that the launcher has set on those descriptors, where a system has flags. */
  readonly closeOnExec: boolean;
  /** What can be had through it: files of a directory, connections of a listener. */
  readonly yields?: readonly Want[];
}

/** A launch to be made. */
export interface Launch {
  readonly holds: readonly Held[];
  /** What P declares that it needs. */
  readonly manifest: readonly Want[];
  /** What S lists for this launch, where a system has lists. */
  readonly grant: readonly Want[];
  /** Bytes of arguments besides. */
  readonly argumentBytes?: number;
  /** Raw rights that S names for deallocation or destruction at exec, where a system has that. */
  readonly drop?: readonly string[];
}

/** What a launch costs (comparison.md §2, "Cost vector"). */
export interface Cost {
  readonly traps: number;
  readonly messages: number;
  readonly rpcs: number;
  readonly rightsMoved: number;
  readonly bytesCopied: number;
  readonly contextSwitches: number;
  readonly peakRightsInFlight: number;
  /** Virtual microseconds. */
  readonly time: number;
}

/** What an error leaves behind (comparison.md §2). "none": there was no error. */
export type FailState = "none" | "clean" | "partial" | "zombie" | "silent" | "fatal";

/** How one launch went. */
export interface Launched {
  /** The program ran to its end, or the error that the initiator got, in the mechanism's own spelling ("EBADF"); undefined: nobody got one. */
  readonly outcome: { readonly ran: true; readonly status: number } | { readonly ran: false; readonly error: string | undefined };
  readonly failState: FailState;
  /** At the program's first instruction; undefined when it never came to that. */
  readonly atFirst: AuthorityGraph | undefined;
  readonly atQuiescence: AuthorityGraph;
  readonly cost: Cost;
}

/** The independent policies that a mechanism is made of (comparison.md §6). */
export interface Policy {
  readonly selectFds: "flag" | "list" | "construct";
  readonly selectRights: "stay" | "stay-minus-list" | "drop" | "construct" | "none";
  readonly container: "same" | "fresh-table" | "fresh-task";
  readonly numbers: "keep" | "dense" | "fixed" | "assigned" | "from-3";
  readonly describe: "none" | "position" | "tree" | "tag" | "path" | "env" | "bootinfo";
  readonly reduceRights: "never" | "replace-some" | "explicit-before" | "in-call";
  readonly identity: "keep" | "new" | "reassign";
  readonly errors: "rpc" | "errno" | "pipe" | "status" | "none";
  readonly elevation: "filesystem" | "mode-bit" | "none";
  readonly ambient: string;
  readonly executable: "port" | "path" | "fd" | "vmo" | "frames" | "bytes";
}

/** How one run is to be scheduled. */
export interface RunOptions {
  readonly seed: number;
  /** Absent: the machine's own order. */
  readonly strategy?: Strategy;
}

/** A way to start programs. Each is made of one folder of `lab/`, or of `composed/`. */
export interface Mechanism {
  /** As in the columns of comparison.md §1 and on the command line: "hurd-in-place", "posix", "cloudabi". */
  readonly name: string;
  /** The column's two letters. */
  readonly column: string;
  readonly policy: Policy;
  /** Makes the launch on a fresh machine and lets it run out. Errors of the launch are part of the answer; only our own bugs throw. */
  launch(launch: Launch, options: RunOptions): Launched;
}
