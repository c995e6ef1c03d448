/** What a process does with signals, and what exec and fork leave of it (comparison.md §7, PX). */
import type { Syscall } from "../../mach/kern/syscall.ts";

export type SignalName = "SIGHUP" | "SIGINT" | "SIGKILL" | "SIGTERM" | "SIGUSR1" | "SIGCHLD" | "SIGPIPE" | "SIGURG";

export type Disposition = { readonly action: "default" } | { readonly action: "ignore" } | { readonly action: "catch"; readonly handler: () => Syscall<void> };

/** What the default action is. The rest terminates. */
const IGNORED_BY_DEFAULT: readonly SignalName[] = ["SIGCHLD", "SIGURG"];

export class Signals {
  private readonly dispositions = new Map<SignalName, Disposition>();
  mask = new Set<SignalName>();
  pending = new Set<SignalName>();

  get(signal: SignalName): Disposition {
    return this.dispositions.get(signal) ?? { action: "default" };
  }

  set(signal: SignalName, disposition: Disposition): void {
    this.dispositions.set(signal, disposition);
  }

  /** What a signal that arrives now leads to. SIGKILL can be neither caught, nor ignored, nor blocked. */
  effect(signal: SignalName): "terminate" | "nothing" | "pend" | (() => Syscall<void>) {
    if (signal === "SIGKILL") return "terminate";
    if (this.mask.has(signal)) return "pend";
    const disposition = this.get(signal);
    switch (disposition.action) {
      case "ignore":
        return "nothing";
      case "catch":
        return disposition.handler;
      case "default":
        return IGNORED_BY_DEFAULT.includes(signal) ? "nothing" : "terminate";
    }
  }

  /** Exec: handlers are reset, for they are addresses of the old program; the mask, what is ignored and what is pending stay. */
  exec(): void {
    for (const [signal, { action }] of [...this.dispositions]) if (action === "catch") this.dispositions.delete(signal);
  }

  /** Fork: all as in the parent, but nothing is pending. */
  fork(): Signals {
    const copy = new Signals();
    for (const [signal, disposition] of this.dispositions) copy.dispositions.set(signal, disposition);
    copy.mask = new Set(this.mask);
    return copy;
  }
}
