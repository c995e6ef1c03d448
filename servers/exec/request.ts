/** What an exec RPC asks for: `exec_exec_paths` in full, `exec_exec` without the two strings (exec.md §1.4). */
import type { MachPort } from "../../mach/ipc/names.ts";

/** All ports are rights of the message's: on success they are this server's to keep or to drop, on failure they go with the message. */
export interface ExecRequest {
  readonly file: MachPort;
  readonly oldtask: MachPort;
  readonly flags: number;
  /** "" in the old form. */
  readonly path: string;
  readonly abspath: string;
  readonly argv: Uint8Array;
  readonly envp: Uint8Array;
  readonly dtable: readonly MachPort[];
  readonly portarray: readonly MachPort[];
  readonly intarray: readonly number[];
  /** Names in the old task's space. */
  readonly deallocnames: readonly MachPort[];
  readonly destroynames: readonly MachPort[];
}
