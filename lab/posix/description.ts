/** Open file descriptions: what descriptors refer to, and share after dup and fork. */
import type { WaitQueue } from "../kernel/waits.ts";
import type { Want } from "../model/authority.ts";
import type { Inode } from "./inode.ts";

/** A pipe's bytes. */
export interface Pipe {
  /** Each write is one piece; a read takes one. */
  readonly pieces: string[];
  readers: number;
  writers: number;
  readonly readable: WaitQueue;
}

/** Who it refers to, for descriptors of processes (pidfd, Capsicum's process descriptors, the builder, the template). */
export type Referent =
  | { readonly kind: "none" }
  | { readonly kind: "inode"; readonly inode: Inode; readonly writing: boolean }
  | { readonly kind: "pipe"; readonly pipe: Pipe; readonly end: "read" | "write" }
  | { readonly kind: "process"; readonly pid: number; readonly killOnClose: boolean }
  | { readonly kind: "template"; readonly inode: Inode; readonly actions: readonly unknown[] };

/** Offset and status flags live here: whoever shares it sees them move, so it is an object of authority itself (comparison.md §5). */
export class Description {
  /** As the scenario calls it. */
  readonly id: string;
  readonly kind: string;
  /** Elementary rights that the description carries. A descriptor may have fewer (Capsicum). */
  readonly rights: readonly string[];
  readonly to: Referent;
  /** What can be had through it. */
  readonly yields: readonly Want[];
  offset = 0;
  /** Descriptors that refer to it. */
  references = 0;

  constructor(id: string, kind: string, rights: readonly string[], to: Referent = { kind: "none" }, yields: readonly Want[] = []) {
    this.id = id;
    this.kind = kind;
    this.rights = rights;
    this.to = to;
    this.yields = yields;
  }
}
