/** What a process says of its own ports: its descriptors and init ports, asked for at its message port. */
import { portValid, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { msgProbe } from "./port-probe.ts";
import { dropRight } from "./rights.ts";

const INIT_WORDS = ["CWDIR", "CRDIR", "AUTH", "PROC", "CTTYID", "BOOTSTRAP"];

/** Words for ports by our names for them, which stay ours until `close`. */
export class OwnWords {
  readonly #dtable: readonly MachPort[];
  readonly #init: readonly MachPort[];
  constructor(dtable: readonly MachPort[], init: readonly MachPort[]) {
    this.#dtable = dtable;
    this.#init = init;
  }
  /** "fd(0)", "CWDIR", …: all that `port` is. */
  words(port: MachPort): readonly string[] {
    const all = [...this.#dtable.map((p, fd) => [p, `fd(${fd})`] as const), ...this.#init.map((p, which) => [p, INIT_WORDS[which] ?? `init(${which})`] as const)];
    return all.filter(([p]) => p === port).map(([, word]) => word);
  }
  *close(): Syscall<void> {
    for (const port of [...this.#dtable, ...this.#init]) if (portValid(port)) yield* dropRight(port);
  }
}

/** A process that does not answer has no words. */
export function* ownWords(proc: MachPort, pid: number, task: MachPort): Syscall<OwnWords> {
  const got = yield* procCall.proc_getmsgport(proc, { pid });
  if (got.err !== 0 || !portValid(got.msgport)) return new OwnWords([], []);
  const dtable = yield* msgProbe.msg_get_dtable(got.msgport, { refport: task });
  const init = yield* msgProbe.msg_get_init_ports(got.msgport, { refport: task });
  yield* dropRight(got.msgport);
  return new OwnWords(dtable.err === 0 ? dtable.dtable : [], init.err === 0 ? init.ports : []);
}
