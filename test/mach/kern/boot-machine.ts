/** A machine with one task, made of a generator: what the kernel's tests boot. */
import { checkRights } from "../../../mach/ipc/invariants.ts";
import { holdings } from "../../../mach/kern/holdings.ts";
import { encodeImage } from "../../../mach/kern/image.ts";
import { Machine, type MachineOptions } from "../../../mach/kern/machine.ts";
import type { Entry, Syscall } from "../../../mach/kern/syscall.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { code, mach_task_self, threadState } from "../../../mach/kern/syscall.ts";

/** What a test program sees. */
export interface Context {
  readonly self: MachPort;
  /** Names that the boot script gave, in this order. */
  readonly host: MachPort;
  readonly device: MachPort;
}

export interface Ran {
  readonly machine: Machine;
  readonly console: string;
  readonly state: "idle" | "halted";
}

const SCRIPT = "test ${host-port} ${device-port} $(task-create) $(task-resume)";

/** Boots a machine whose only task runs `body`. */
export function bootMachine(body: (context: Context) => Syscall<void>, options: Partial<MachineOptions> = {}, instructions: ReadonlyMap<string, Entry> = new Map()): Machine {
  const main: Entry = function* () {
    const self = yield* mach_task_self();
    yield* body({ self, host: 1 as MachPort, device: 2 as MachPort });
  };
  const machine = new Machine({ ...options, instructions: new Map([...instructions, ["test", main]]) });
  machine.boot(SCRIPT, [{ name: "test", bytes: encodeImage("test") }]);
  return machine;
}

/** Runs until nothing can go on; counts all rights after every step. */
export function runChecked(machine: Machine): "idle" | "halted" {
  for (;;) {
    const state = machine.run({ steps: 1 });
    checkRights(holdings(machine));
    if (state !== "steps") return state;
  }
}

/** Boots and runs until nothing can go on, with all rules of the whole machine checked. */
export function run(body: (context: Context) => Syscall<void>, options: Partial<MachineOptions> = {}): Ran {
  const machine = bootMachine(body, options);
  const chunks: Uint8Array[] = [];
  machine.console.onOutput((bytes) => chunks.push(bytes));
  const state = runChecked(machine);
  return { machine, console: chunks.map((c) => new TextDecoder().decode(c)).join(""), state };
}

/** A new receive right with a send right under the same name. */
export function* newPort(self: MachPort): Syscall<MachPort> {
  const made = yield* machPortCall.mach_port_allocate(self, { right: 1 });
  if (made.err) return MACH_PORT_NULL;
  yield* machPortCall.mach_port_insert_right(self, { name: made.name, poly: { name: made.name, disposition: 20 } });
  return made.name;
}

/** A second thread of the task, running `body`; answers its port. */
export function* startThread(task: MachPort, body: () => Syscall<void>): Syscall<MachPort> {
  const made = yield* machCall.thread_create(task, {});
  if (made.err) return MACH_PORT_NULL;
  const pc = yield* code(body);
  yield* machCall.thread_set_state(made.child_thread, { flavor: 1, new_state: threadState({ pc, sp: 0, arg: 0 }) });
  yield* machCall.thread_resume(made.child_thread, {});
  return made.child_thread;
}
