/** The exec server's state, and its own routines; opens of /servers/exec are the trivfs part's (main.ts). */
import type { MachPort } from "../../mach/ipc/names.ts";
import { NO_HOLES, type Holes } from "../interfaces/holes.ts";
import type { Bucket, PortClass } from "../lib/ports.ts";
import { Condition } from "../lib/sync.ts";
import { bootInfoClass, type BootInfo } from "./boot-info.ts";
import { StdDataCell } from "./std-data.ts";

export class ExecServer {
  readonly bucket: Bucket;
  /** Somebody's start-up data have been fetched, or never will be. */
  readonly taken = new Condition();
  readonly bootInfos: PortClass<BootInfo> = bootInfoClass(this.taken);
  readonly std = new StdDataCell();
  /** How deep in scripts the execs of a task are. */
  readonly nesting = new Map<MachPort, number>();
  /** Of this build. */
  readonly holes: Holes;
  /** Our own process port; null before exec_init. */
  readonly ownProc: () => MachPort;

  constructor(bucket: Bucket, ownProc: () => MachPort, holes: Holes = NO_HOLES) {
    this.bucket = bucket;
    this.ownProc = ownProc;
    this.holes = holes;
  }
}
