/**
 * Processes of their own for what is measured in one thread. V8 compiles a function for the objects that it has seen: in one process the figures that come first would slow those that come
 * later, and a figure alone would be another than the same among others. So each contestant has a Node of its own, for as long as the contest lasts, and is warm from the second round on.
 */
import { spawn, type ChildProcess } from "node:child_process";
import type { Contestant } from "./contest.ts";
import { childCommand, root } from "./place.ts";

interface Asked {
  readonly name: string;
  readonly quick: boolean;
}
type Told = { readonly figure: number | null } | { readonly failed: string };

/** A Node that samples for this one. */
class Home {
  private readonly child: ChildProcess;
  private complaint = "";

  constructor() {
    this.child = spawn(process.execPath, childCommand("home", []), { cwd: root, stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.child.stderr?.on("data", (text: Buffer) => (this.complaint = text.toString().trim().split("\n").at(-1) ?? ""));
    this.rest();
  }

  /** This process may end while nothing is asked; the other one ends with it. */
  private rest(): void {
    this.child.unref();
    this.child.channel?.unref();
    const { stderr } = this.child;
    if (stderr !== null && "unref" in stderr && typeof stderr.unref === "function") stderr.unref();
  }

  async sample(asked: Asked): Promise<number | undefined> {
    const { child } = this;
    child.channel?.ref();
    const told = await new Promise<Told>((resolve, reject) => {
      child.once("message", resolve as (message: unknown) => void);
      child.once("exit", () => reject(new Error(`${asked.name}: its process ended: ${this.complaint}`)));
      child.send(asked);
    });
    child.removeAllListeners("exit");
    this.rest();
    if ("failed" in told) throw new Error(`${asked.name}: ${told.failed}`);
    return told.figure ?? undefined;
  }
}

/** The same contestants, those with a home sampled there. */
export function apart(contestants: readonly Contestant[]): readonly Contestant[] {
  const homes = new Map<string, Home>();
  return contestants.map((contestant) => {
    const { name, home } = contestant;
    if (home === undefined) return contestant;
    const sample = (quick: boolean): Promise<number | undefined> => {
      const at = homes.get(home) ?? new Home();
      homes.set(home, at);
      return at.sample({ name, quick });
    };
    return { ...contestant, sample };
  });
}

/** The other end: samples what it is asked for, until nobody is left to ask. */
export function beHome(contestants: readonly Contestant[]): Promise<true> {
  const answer = async ({ name, quick }: Asked): Promise<Told> => {
    try {
      return { figure: (await contestants.find((c) => c.name === name)?.sample(quick)) ?? null };
    } catch (e) {
      return { failed: e instanceof Error ? e.message : String(e) };
    }
  };
  process.on("message", (asked: Asked) => void answer(asked).then((told) => process.send?.(told)));
  return new Promise((resolve) => process.once("disconnect", () => resolve(true)));
}
