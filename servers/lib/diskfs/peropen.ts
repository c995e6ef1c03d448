/**
 * The two upper levels of an open file (fs-io.md §1): a peropen is what one open made (file pointer, flags); a protid is a port on it that speaks for
 * one user. dup, fork and io_restrict_auth share the peropen; a lookup makes a new one.
 */
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { IoUser } from "../iouser.ts";
import type { Node } from "./node.ts";

/** Where a peropen stands in the name space: what ".." means at the top. */
export interface Place {
  /** ".." of the filesystem's root; null for the real root. A reference of the peropen's own. */
  readonly rootParent: MachPort;
  /** Top of the tree that `file_reparent` made, and its "..". */
  readonly shadowRoot: Node | undefined;
  readonly shadowRootParent: MachPort;
  /** From the filesystem's root, without leading slash. */
  readonly path: string;
}

export const NO_PLACE: Place = { rootParent: MACH_PORT_NULL, shadowRoot: undefined, shadowRootParent: MACH_PORT_NULL, path: "" };

export class Peropen {
  readonly node: Node;
  /** Access and state bits of the open. */
  openstat: number;
  readonly place: Place;
  /** The file pointer. */
  offset = 0;
  /** Protids on it. */
  refs = 0;
  constructor(node: Node, openstat: number, place: Place) {
    this.node = node;
    this.openstat = openstat;
    this.place = place;
  }

  /** True at the top of the tree that this open sees. */
  get atRoot(): boolean {
    return this.place.shadowRoot === this.node;
  }
}

export class Protid {
  readonly po: Peropen;
  readonly user: IoUser;
  constructor(po: Peropen, user: IoUser) {
    this.po = po;
    this.user = user;
  }
  get node(): Node {
    return this.po.node;
  }
}
