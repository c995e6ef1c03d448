/** `trap`: what the shell does on signals, between commands. */
import type { Libc } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { signalName, signalNumber } from "../../lib/signal-names.ts";

/** EXIT as a condition of `trap`. */
export const EXIT = 0;

/** The number of a condition: a signal's name with or without SIG, its number, EXIT or 0. */
export const conditionNumber = (text: string): number | undefined => (text === "EXIT" || text === "0" ? EXIT : signalNumber(text));
/** The name of a condition as `trap` prints it. */
export const conditionName = (n: number): string => (n === EXIT ? "EXIT" : signalName(n));

export class Traps {
  /** "" ignores. */
  #actions = new Map<number, string>();
  /** Signals that came and wait for their action. */
  readonly #pending: number[] = [];
  /** A subshell prints the traps of its parent until it sets its own. */
  #inherited: ReadonlyMap<number, string> | undefined;

  /** For a subshell: actions are reset, what is ignored stays so. */
  copy(): Traps {
    const copy = new Traps();
    for (const [n, action] of this.#actions) if (action === "") copy.#actions.set(n, action);
    copy.#inherited = this.#inherited ?? new Map(this.#actions);
    return copy;
  }
  get(n: number): string | undefined {
    return this.#actions.get(n);
  }
  /** Numbers with actions that run (not: ignored), for a child that resets them. */
  caught(): readonly number[] {
    return [...this.#actions].filter(([n, action]) => n !== EXIT && action !== "").map(([n]) => n);
  }
  list(): readonly (readonly [number, string])[] {
    return [...(this.#inherited ?? this.#actions)].sort(([a], [b]) => a - b);
  }
  /** undefined: the default. */
  *set(libc: Libc, n: number, action: string | undefined): Syscall<void> {
    this.#inherited = undefined;
    if (action === undefined) this.#actions.delete(n);
    else this.#actions.set(n, action);
    if (n === EXIT) return;
    const pending = this.#pending;
    const handler = function* (signo: number): Syscall<void> {
      pending.push(signo);
    };
    yield* libc.sigaction(n, { handler: action === undefined ? "SIG_DFL" : action === "" ? "SIG_IGN" : handler });
  }
  /** A signal whose handler the shell itself installed (SIGINT at the prompt). */
  raise(signo: number): void {
    this.#pending.push(signo);
  }
  /** The next signal that waits. */
  take(): number | undefined {
    return this.#pending.shift();
  }
  /** The first that waits, not taken. */
  get pending(): number | undefined {
    return this.#pending[0];
  }
}
