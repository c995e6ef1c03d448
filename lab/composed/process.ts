/** A process of the capability personality. */
import type { Task } from "../../mach/kern/task.ts";
import type { Process } from "../kernel/foreign-kernel.ts";
import type { Grant } from "./calls.ts";
import type { Capability, Selection, Space } from "./space.ts";

export interface CapabilityProcess extends Process {
  readonly task: Task;
  /** Changes with exec in place: the launcher S becomes the program P. */
  name: string;
  ended: { readonly status: number } | { readonly signal: string } | undefined;
  pid: number;
  /** Number of its task port: the same while the task is. */
  readonly taskPort: number;
  readonly space: Space;
  /** Without a thread yet. */
  embryo: boolean;
  /** Who may configure, start and destroy it while it is one, and controls it afterwards. */
  owner: CapabilityProcess | undefined;
  /** It has an address space with a program in it. */
  memory: boolean;
  /** What its last snapshot chose. */
  selection: Selection | undefined;
  /** A set that an exec server keeps for its start-up. */
  parcel: Space | undefined;
  /** Messages with handles that its start-up has not read. */
  readonly bootstrap: { readonly grants: readonly Grant[]; readonly capabilities: readonly (Capability | undefined)[] }[];
}
