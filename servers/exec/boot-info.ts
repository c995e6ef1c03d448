/** What a new program will ask for in its first message, and keeps in this server until then (exec.md §5.1, §8). */
import { moveSends, type MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { serve, type Demuxer } from "../../mach/mig/server.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { execStartup } from "../interfaces/exec-startup.ts";
import { PortClass, type Bucket } from "../lib/ports.ts";
import type { Condition } from "../lib/sync.ts";

export interface BootInfo {
  userEntry: number;
  phdrData: number;
  phdrSize: number;
  stackBase: number;
  stackSize: number;
  flags: number;
  argv: Uint8Array;
  envp: Uint8Array;
  dtable: readonly MachPort[];
  portarray: readonly MachPort[];
  intarray: readonly number[];
}

const NO_BYTES = new Uint8Array(0);

/** Forgets arrays and rights: they have been given away. */
export function emptyBootInfo(info: BootInfo): void {
  Object.assign(info, { argv: NO_BYTES, envp: NO_BYTES, dtable: [], portarray: [], intarray: [] });
}

/** The program never asked: what was kept for it goes. `taken` is told in any case. */
export const bootInfoClass = (taken: Condition): PortClass<BootInfo> =>
  new PortClass("boot info", function* (port): Syscall<void> {
    const { dtable, portarray } = port.object;
    emptyBootInfo(port.object);
    for (const name of [...dtable, ...portarray]) yield* deallocate(name);
    yield* taken.broadcast();
  });

/** `exec_startup_get_info`: a second call finds empty arrays but the same numbers. */
export function bootInfoDemuxer(bucket: Bucket, infos: PortClass<BootInfo>, taken: Condition): Demuxer {
  return serve(execStartup, (request) => bucket.lookup(infos, request.localPort)?.object, {
    *exec_startup_get_info(info) {
      const { argv, envp, dtable, portarray, intarray } = info;
      emptyBootInfo(info);
      yield* taken.broadcast();
      return {
        err: 0,
        user_entry: info.userEntry,
        phdr_data: info.phdrData,
        phdr_size: info.phdrSize,
        stack_base: info.stackBase,
        stack_size: info.stackSize,
        flags: info.flags,
        argv,
        envp,
        dtable: moveSends(dtable),
        portarray: moveSends(portarray),
        intarray,
      };
    },
  });
}
