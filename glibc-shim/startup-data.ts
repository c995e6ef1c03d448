/**
 * What a program finds when it starts (exec.md §9, steps 2–4): from the exec server behind its bootstrap port, or from its stack, as the kernel
 * leaves it for the tasks of the boot script: argc, the argument pointers, null, the environment's pointers, null, all 32-bit words.
 */
import { machCall } from "../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { load, type Syscall } from "../mach/kern/syscall.ts";
import { decodeArgz } from "../servers/interfaces/argz.ts";
import { execStartupCall } from "../servers/interfaces/exec-startup.ts";
import { EXEC_STACK_ARGS, TASK_BOOTSTRAP_PORT } from "../servers/interfaces/hurd-types.ts";
import { deallocate, taskSelf } from "./rights.ts";
import { fromUtf8 } from "./text.ts";

export interface StartupData {
  readonly flags: number;
  readonly argv: readonly string[];
  readonly envp: readonly string[];
  readonly dtable: readonly MachPort[];
  readonly portarray: readonly MachPort[];
  readonly intarray: readonly number[];
}

const NOTHING = { flags: 0, dtable: [], portarray: [], intarray: [] } as const;

/** Asks for the start-up data, once: the rights in it are ours from here. `sp` is where the stack starts. */
export function* startupData(sp: number): Syscall<StartupData> {
  const special = yield* machCall.task_get_special_port(yield* taskSelf(), { which_port: TASK_BOOTSTRAP_PORT });
  const bootstrap = special.err ? MACH_PORT_NULL : special.special_port;
  if (bootstrap === MACH_PORT_NULL) return { ...NOTHING, ...(yield* stackArguments(sp)) };
  const info = yield* execStartupCall.exec_startup_get_info(bootstrap, {});
  yield* deallocate(bootstrap);
  if (info.err) return { ...NOTHING, ...(yield* stackArguments(sp)) };
  const { flags, dtable, portarray, intarray } = info;
  if (flags & EXEC_STACK_ARGS) return { flags, dtable, portarray, intarray, ...(yield* stackArguments(sp)) };
  return { flags, dtable, portarray, intarray, argv: decodeArgz(info.argv), envp: decodeArgz(info.envp) };
}

function* word(address: number): Syscall<number> {
  const bytes = yield* load(address, 4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}

function* stackArguments(sp: number): Syscall<Pick<StartupData, "argv" | "envp">> {
  if (sp === 0) return { argv: [], envp: [] };
  const argc = yield* word(sp);
  const argv = yield* strings(sp + 4);
  const envp = yield* strings(sp + 4 + 4 * (argc + 1));
  return { argv, envp };
}

/** The strings behind a vector of pointers that ends with null. */
function* strings(vector: number): Syscall<string[]> {
  const found: string[] = [];
  for (let at = vector; ; at += 4) {
    const pointer = yield* word(at);
    if (pointer === 0) return found;
    found.push(yield* cString(pointer));
  }
}

function* cString(address: number): Syscall<string> {
  const bytes: number[] = [];
  for (let at = address; ; at++) {
    const [byte] = yield* load(at, 1);
    if (byte === undefined || byte === 0) return fromUtf8(Uint8Array.from(bytes));
    bytes.push(byte);
  }
}
