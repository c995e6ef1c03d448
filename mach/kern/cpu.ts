/**
 * The processor: runs a thread's generator to its next trap, and executes traps.
 *
 * A trap that meets a page which a pager has to bring is made again when the page is there; one that may not touch its memory raises an exception, and is made again when the
 * exception server says that the cause is gone.
 */
import { BLOCKED } from "../ipc/host.ts";
import { MsgOption, type Item, type MachMsg } from "../ipc/message.ts";
import { machMsgTrap } from "../ipc/mach-msg.ts";
import { isFault, readMemory, unreadable, writeMemory, type Fault } from "../vm/access.ts";
import { PAGE_SIZE, Prot } from "../vm/page.ts";
import { TRAP_COST } from "./clock.ts";
import { BREAKPOINT_INSTRUCTION, EXC_BREAKPOINT, EXC_I386_BPT, EXC_I386_SGL } from "./debug.ts";
import { raiseException, EXC_BAD_ACCESS, EXC_BAD_INSTRUCTION } from "./exception.ts";
import { decodeInstruction, MAX_INSTRUCTION } from "./image.ts";
import type { KernelEvent } from "./events.ts";
import type { Machine } from "./machine.ts";
import { cpu, resume, ThreadStateWord, type Entry, type Trap } from "./syscall.ts";
import { insertRight, replyPort } from "./special-ports.ts";
import type { Frame, Thread } from "./thread.ts";

/** Runs `thread` for up to `quantum` traps, or until it cannot go on. Answers how many traps it made. */
export function runSlice(machine: Machine, thread: Thread, quantum: number): number {
  cpu.tls = thread.tls;
  if (thread.wait !== null) {
    thread.finishWait();
    if (!thread.runnable) return 0;
  }
  for (let made = 0; made < quantum; made++) {
    if (thread.debug !== null && thread.debug.stops()) {
      raiseException(machine, thread, EXC_BREAKPOINT, EXC_I386_SGL, 0);
      return made;
    }
    const trap = nextTrap(machine, thread);
    const frame = thread.top;
    if (trap === undefined || frame === undefined) return made;
    const answer = makeTrap(machine, thread, trap);
    if (answer === BLOCKED) return made + 1;
    frame.result = answer;
    if (!thread.runnable || machine.yielding) return made + 1;
  }
  return quantum;
}

/** Executes a trap of `thread`. Answers the number that the trap answers, or BLOCKED. */
export function makeTrap(machine: Machine, thread: Thread, trap: Trap): number {
  machine.clock.now += TRAP_COST;
  thread.cpuTime += TRAP_COST;
  return trap.op === "mach_msg" ? machMsg(machine, thread, trap) : execute(machine, thread, trap);
}

/** Runs the thread's program up to its next trap. Undefined: it has ended, or it cannot go on now. */
export function nextTrap(machine: Machine, thread: Thread): Trap | undefined {
  for (;;) {
    const frame = thread.top;
    if (frame === undefined) {
      if (thread.alive) machine.terminateThread(thread);
      return undefined;
    }
    const { body } = frame;
    if (body === null) {
      if (!enter(machine, thread, frame)) return undefined;
      continue;
    }
    if (frame.again !== null || frame.ahead !== null) return waiting(frame);
    const step = resume.call(body, frame.result);
    if (step.done !== true) return step.value;
    thread.frames.pop();
  }
}

/** The trap that the frame has made already, and that is now to be executed. */
function waiting(frame: Frame): Trap | undefined {
  const trap = frame.again ?? frame.ahead;
  frame.again = null;
  frame.ahead = null;
  return trap ?? undefined;
}

/** Calls the routine at the thread's pc. False when there is none yet, or none at all. */
function enter(machine: Machine, thread: Thread, frame: Frame): boolean {
  const registers = thread.cpuRegisters;
  const entry = fetch(machine, thread, registers.pc);
  if (typeof entry !== "function") {
    if (entry === undefined) raiseException(machine, thread, EXC_BAD_INSTRUCTION, 1, 0);
    else if (entry === "breakpoint") {
      frame.registers = frame.registers.with(ThreadStateWord.pc, registers.pc + 1);
      raiseException(machine, thread, EXC_BREAKPOINT, EXC_I386_BPT, 0);
    }
    else fault(machine, thread, entry);
    return false;
  }
  if (thread.debug?.breaksAt(registers.pc) === true) {
    raiseException(machine, thread, EXC_BREAKPOINT, EXC_I386_SGL, 0);
    return false;
  }
  frame.body = entry(registers);
  return true;
}

/** The routine whose instruction stands at `pc`: in the task's own text, or in the instruction set by the record in memory there. */
function fetch(machine: Machine, thread: Thread, pc: number): Entry | Fault | "breakpoint" | undefined {
  const own = thread.task.text.at(pc);
  if (own !== undefined) return own;
  const { map } = thread.task;
  const first = readMemory(map, pc, 1, Prot.READ | Prot.EXECUTE);
  if (!isFault(first) && first[0] === BREAKPOINT_INSTRUCTION) return "breakpoint";
  const head = readMemory(map, pc, 6, Prot.READ | Prot.EXECUTE);
  if (isFault(head)) return head;
  const size = Math.min(MAX_INSTRUCTION, 6 + ((head[4] ?? 0) | ((head[5] ?? 0) << 8)));
  const record = readMemory(map, pc, size, Prot.READ | Prot.EXECUTE);
  if (isFault(record)) return record;
  const name = decodeInstruction(record);
  return name === undefined ? undefined : machine.instructions.get(name);
}

/** The fault as listeners see it: at a page that has to be fetched (code 0), or an error. */
function faultEvent(machine: Machine, thread: Thread, f: Fault): KernelEvent {
  const { now: at, steps: step } = machine.clock;
  const [address, code] = f.kind === "error" ? [f.address, f.code] : [f.absent.page * PAGE_SIZE, 0];
  return { kind: "fault", at, step, task: thread.task.id, thread: thread.id, address, code };
}

/** An access that cannot be made: wait for the page, or raise EXC_BAD_ACCESS with the kernel's code and the address. */
function fault(machine: Machine, thread: Thread, f: Fault): void {
  if (machine.tap.listening) machine.tap.emit(faultEvent(machine, thread, f));
  if (f.kind === "error") {
    raiseException(machine, thread, EXC_BAD_ACCESS, f.code, f.address);
    return;
  }
  thread.stopped = "page";
  const { object, page } = f.absent;
  object.source?.request(object, page, f.access, (code) => {
    if (!thread.alive) return;
    thread.stopped = null;
    if (code !== 0) raiseException(machine, thread, EXC_BAD_ACCESS, code, page * PAGE_SIZE);
    machine.makeRunnable(thread);
  });
}

function execute(machine: Machine, thread: Thread, trap: Exclude<Trap, MachMsg>): number {
  switch (trap.op) {
    case "mach_task_self":
      return insertRight(thread.space, thread.task.selfPort);
    case "mach_thread_self":
      return insertRight(thread.space, thread.selfPort);
    case "mach_host_self":
      return insertRight(thread.space, machine.hostPorts.of("host"));
    case "mach_reply_port":
      return replyPort(machine, thread.space);
    case "swtch":
      machine.yielding = true;
      return machine.othersRunnable ? 1 : 0;
    case "code":
      return thread.task.text.add(trap.entry);
    case "raise":
      raiseException(machine, thread, trap.exception, trap.code, trap.subcode);
      return thread.stopped === null ? 0 : BLOCKED;
    case "foreign": {
      const { personality } = thread.task;
      if (personality !== null) return personality.call(thread, trap);
      raiseException(machine, thread, EXC_BAD_INSTRUCTION, 1, 0);
      return thread.stopped === null ? 0 : BLOCKED;
    }
    case "load": {
      const data = readMemory(thread.task.map, trap.address, trap.size);
      if (isFault(data)) return again(machine, thread, trap, data);
      trap.data = data;
      thread.debug?.touched(trap.address, trap.size, false);
      return 0;
    }
    case "store": {
      const f = writeMemory(thread.task.map, trap.address, trap.data);
      if (f !== undefined) return again(machine, thread, trap, f);
      thread.debug?.touched(trap.address, trap.data.length, true);
      return 0;
    }
  }
}

/** The trap is to be made again once the fault has been dealt with. */
function again(machine: Machine, thread: Thread, trap: Trap, f: Fault): number {
  const frame = thread.running;
  if (frame !== undefined) frame.again = trap;
  fault(machine, thread, f);
  return BLOCKED;
}

/** `mach_msg`; pages of out-of-line data that only a pager has are fetched first. */
function machMsg(machine: Machine, thread: Thread, msg: MachMsg): number {
  const f = msg.complex && (msg.option & MsgOption.SEND) !== 0 ? absentPage(thread, msg.items) : undefined;
  return f === undefined ? machMsgTrap(machine, thread, msg) : again(machine, thread, msg, f);
}

/** The first page of out-of-line data by address that has to be fetched. */
function absentPage(thread: Thread, items: readonly Item[]): Fault | undefined {
  for (let i = 0; i < items.length; i++) {
    const { inline, data, bits, number } = items[i] as Item;
    if (inline || typeof data !== "object" || !("address" in data)) continue;
    const f = unreadable(thread.task.map, data.address, Math.ceil((bits * number) / 8));
    if (f !== undefined && f.kind === "absent") return f;
  }
  return undefined;
}
