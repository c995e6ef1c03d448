/**
 * A recorded history that can be stopped anywhere, looked at, and stepped both ways. A step is one trap. Backwards is forwards from the beginning: the same history
 * again, up to an earlier step.
 */
import { describeDifference, eventLine } from "../difference.ts";
import type { Replay } from "../replay.ts";
import { holders, ports, queues, allPorts, rights, tasks, threads } from "./inspect.ts";
import { dump, regions } from "./memory.ts";
import { CommandError, holder, number, taskOf } from "./words.ts";

/** Events that `trace` shows unless told. */
const FEW = 10;

type Words = readonly (string | undefined)[];

interface Command {
  /** The words behind the name, for `help`. */
  readonly takes: string;
  readonly does: string;
  readonly most: number;
  readonly run: (debug: Debugger, words: Words) => readonly string[] | "quit";
}

/** By name, in the order of `help`. A name can be cut short as long as it is clear. */
const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["tasks", { takes: "", does: "every task", most: 0, run: (d) => tasks(d.machine) }],
  ["threads", { takes: "[TASK]", does: "threads, and what they wait for", most: 1, run: (d, [task]) => threads(d.machine, d.task(task)) }],
  ["ports", { takes: "[TASK]", does: "ports: queue, rights, who receives", most: 1, run: (d, [task]) => ports(d.machine, d.task(task)) }],
  ["port", { takes: "N", does: "one port, and who holds a right for it", most: 1, run: (d, [port]) => d.port(number(port, "N")) }],
  ["rights", { takes: "TASK", does: "a task's names", most: 1, run: (d, [task]) => rights(taskOf(d.machine, task)) }],
  ["queues", { takes: "", does: "messages that nobody has received yet", most: 0, run: (d) => queues(d.machine) }],
  ["memory", { takes: "TASK [ADDR LEN]", does: "what is mapped, or what stands there", most: 3, run: (d, words) => d.memory(words) }],
  ["trace", { takes: "[N]", does: `the last N events (${FEW})`, most: 1, run: (d, [n]) => d.trace(n === undefined ? FEW : number(n, "N")) }],
  ["step", { takes: "[N]", does: "N traps on (1)", most: 1, run: (d, [n]) => d.move(d.step + (n === undefined ? 1 : number(n, "N"))) }],
  ["back", { takes: "[N]", does: "N traps back (1)", most: 1, run: (d, [n]) => d.move(Math.max(0, d.step - (n === undefined ? 1 : number(n, "N")))) }],
  ["goto", { takes: "STEP", does: "to where that many traps have been made", most: 1, run: (d, [n]) => d.move(number(n, "STEP")) }],
  ["continue", { takes: "", does: "to the end, or to the first difference", most: 0, run: (d) => d.move(Infinity) }],
  ["help", { takes: "", does: "this list", most: 0, run: () => help() }],
  ["quit", { takes: "", does: "ends", most: 0, run: () => "quit" }],
]);

function help(): readonly string[] {
  return [...[...commands].map(([name, { takes, does }]) => `${`${name} ${takes}`.padEnd(24)}${does}`), "TASK is a number, a name, or ls(7). An empty line does the last command again."];
}

export class Debugger {
  private replay: Replay;
  private readonly open: () => Replay;
  private last = "";
  /** The step that was asked for last. */
  private aim = 0;

  /** `open` begins the history anew. */
  constructor(open: () => Replay, step: number) {
    this.open = open;
    this.replay = open();
    this.go(step);
  }

  get machine(): Replay["machine"] {
    return this.replay.machine;
  }

  /** As far as it has been run, it is the history that was recorded. */
  get same(): boolean {
    return this.replay.result.difference === undefined;
  }

  /** Traps made so far. */
  get step(): number {
    return this.machine.steps;
  }

  /** A task, if one is named. */
  task(word: string | undefined): ReturnType<typeof taskOf> | undefined {
    return word === undefined ? undefined : taskOf(this.machine, word);
  }

  port(id: number): readonly string[] {
    const port = allPorts(this.machine).find((p) => p.id === id);
    if (port === undefined) throw new CommandError(`no port ${id} is alive now`);
    return holders(this.machine, port);
  }

  memory([task, address, length]: Words): readonly string[] {
    const of = taskOf(this.machine, task);
    return address === undefined ? regions(of) : dump(of, number(address, "ADDR"), number(length, "LEN"));
  }

  trace(count: number): readonly string[] {
    const { past } = this.replay;
    const from = Math.max(0, past.length - count);
    return past.slice(from).map((event, i) => `#${from + i + 1} ${eventLine(event)}`);
  }

  /** To another step, back or on. Answers where that is. */
  move(step: number): readonly string[] {
    this.go(step);
    return this.where();
  }

  private go(step: number): void {
    this.aim = step;
    if (step < this.step) this.replay = this.open();
    for (const run = this.replay.run(step); !run.next().done; );
  }

  /** Where it stands, and why not where it was to go. */
  where(): readonly string[] {
    const { result, over, machine } = this.replay;
    const thread = machine.current;
    const who = thread === undefined ? "nothing has run" : `${holder(thread.task)}, thread ${thread.id}, ran last`;
    const lines = [`step ${this.step}, ${machine.now} us, ${result.same} events: ${who}`];
    if (result.difference !== undefined) return [...lines, ...describeDifference(result.difference).trimEnd().split("\n")];
    return over && this.aim > this.step ? [...lines, "the history ends here"] : lines;
  }

  /** Does one command line. Answers what to print. */
  command(line: string): readonly string[] | "quit" {
    const words = line.trim() === "" ? this.last : line.trim();
    this.last = words;
    const [name = "", ...rest] = words.split(/\s+/);
    if (name === "") return [];
    try {
      const command = named(name);
      if (rest.length > command.most) throw new CommandError(`${name} takes ${command.takes === "" ? "nothing" : command.takes}`);
      return command.run(this, rest);
    } catch (e) {
      if (e instanceof CommandError) return [`? ${e.message}`];
      throw e;
    }
  }
}

/** Letters that would not be clear. */
const letters: ReadonlyMap<string, string> = new Map([["q", "quit"], ["p", "port"], ["r", "rights"], ["t", "trace"], ["?", "help"]]);

function named(name: string): Command {
  const exact = commands.get(letters.get(name) ?? name);
  if (exact !== undefined) return exact;
  const found = [...commands].filter(([full]) => full.startsWith(name));
  const [first, more] = found;
  if (first === undefined) throw new CommandError(`no command "${name}": help lists them`);
  if (more !== undefined) throw new CommandError(`"${name}" could be ${found.map(([full]) => full).join(" or ")}`);
  return first[1];
}
