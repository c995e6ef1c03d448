/** A run told step by step: who made which trap, and where the schedule was not the default one. */
import { catalogue } from "../../servers/interfaces/catalogue.ts";
import { MsgOption, type MachMsg } from "../../mach/ipc/message.ts";
import type { ChoiceKind, Enabled, Situation, Strategy } from "../../mach/kern/scheduler.ts";
import type { Trap } from "../../mach/kern/syscall.ts";
import { defaultThread } from "./schedule.ts";

/** Passes every choice through and writes it down. Lines of choices that left the default begin with "! ". */
export class Watched implements Strategy {
  readonly steps: string[] = [];
  private readonly inner: Strategy;

  constructor(inner: Strategy) {
    this.inner = inner;
  }

  next(situation: Situation): number | "stop" {
    const index = this.inner.next(situation);
    const chosen = index === "stop" ? undefined : situation.enabled[index];
    const mark = index !== "stop" && situation.enabled.length > 1 && index !== defaultThread(situation) ? "! " : "  ";
    this.steps.push(chosen === undefined ? "  the run ends here" : `${mark}${String(situation.step).padStart(5)}  ${told(chosen)}`);
    return index;
  }

  choice(kind: ChoiceKind, below: number): number {
    const take = this.inner.choice(kind, below);
    if (below > 1) this.steps.push(`${take === 0 ? "  " : "! "}       ${kind}: ${take} of ${below}`);
    return take;
  }
}

const told = ({ name, thread, trap }: Enabled): string => `${name}(${thread})  ${trap === undefined ? "starts" : describeTrap(trap)}`;

/** A trap in words: a foreign call with its plain arguments, a message by its routine. */
export function describeTrap(trap: Trap): string {
  if (trap.op === "mach_msg") return describeMessage(trap);
  if (trap.op !== "foreign") return trap.op;
  const given = Object.entries(trap).filter(([key, value]) => key !== "op" && key !== "call" && isPlain(value));
  return `${trap.call}(${given.map(([key, value]) => `${key}=${String(value)}`).join(", ")})`;
}

const isPlain = (value: unknown): boolean =>
  typeof value === "number" || typeof value === "string" || typeof value === "boolean" || (Array.isArray(value) && value.every((v) => typeof v === "number"));

function describeMessage({ option, id, rcvName }: MachMsg): string {
  const send = (option & MsgOption.SEND) !== 0 ? `send ${routineOf(id)}` : "";
  const receive = (option & MsgOption.RCV) !== 0 ? `receive on ${rcvName}` : "";
  return [send, receive].filter((s) => s !== "").join(", ");
}

function routineOf(id: number): string {
  return nameOf(id) ?? (nameOf(id - 100) === undefined ? `message ${id}` : `${nameOf(id - 100) ?? ""} reply`);
}

/** A routine of the Hurd's or the kernel's interfaces. */
function nameOf(id: number): string | undefined {
  for (const sub of catalogue) for (const [name, routine] of Object.entries(sub.routines)) if (routine.id === id) return name;
  return undefined;
}
