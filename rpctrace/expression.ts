/**
 * The language of `--rpctrace-filter` and `--filter`: which calls to see.
 *
 *     task=ls,cat routine=io_read,dir_lookup   calls of these routines that ls or cat make or serve
 *     interface=io direction=send task=ls      ls's own calls to anything that speaks io
 *     port=31 errors                           calls to port 31 that failed
 *     task!=exec                               all but exec's
 *
 * Conditions stand apart by blanks or commas and all must hold; a word without a key is one more value of the condition before, of which any will do.
 */
import type { Interfaces } from "./interfaces.ts";
import { codeOf, type Message } from "./messages.ts";

const KEYS = ["task", "routine", "interface", "port", "direction", "errors"] as const;
type Key = (typeof KEYS)[number];

const SENDING: ReadonlySet<string> = new Set(["send", "sent", "out"]);
const RECEIVING: ReadonlySet<string> = new Set(["receive", "received", "in"]);
const YES: ReadonlySet<string> = new Set(["only", "yes", "true", "1"]);

/** The expression cannot be understood: one line for the user. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
}

/** One condition. */
interface Condition {
  readonly key: Key;
  readonly not: boolean;
  readonly values: string[];
}

/** Whether a task is meant by a word. */
export type IsTask = (task: number, word: string) => boolean;

const isKey = (word: string): word is Key => (KEYS as readonly string[]).includes(word);

/** True when all are, false when one is false, undefined when that is not known yet. */
function all(verdicts: readonly (boolean | undefined)[]): boolean | undefined {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}

function any(verdicts: readonly (boolean | undefined)[]): boolean | undefined {
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

/** The task that serves a call, 0 for the kernel; undefined while nobody has taken it. */
const serverOf = ({ received, reply }: Message): number | undefined => received?.task ?? reply?.sent.task;

/** A condition on calls. */
export class Expression {
  private readonly conditions: readonly Condition[];
  private readonly interfaces: Interfaces;
  private readonly sides: "both" | "send" | "receive";

  private constructor(conditions: readonly Condition[], interfaces: Interfaces) {
    this.conditions = conditions;
    this.interfaces = interfaces;
    const ends = new Set(conditions.filter((c) => c.key === "direction").flatMap((c) => c.values.map((v) => (SENDING.has(v) ? "send" : "receive"))));
    this.sides = ends.size === 1 && ends.has("send") ? "send" : ends.size === 1 ? "receive" : "both";
  }

  /** Throws ExpressionError. */
  static parse(text: string, interfaces: Interfaces): Expression {
    const found: Condition[] = [];
    for (const word of text.split(/[\s,]+/).filter((w) => w !== "")) {
      const parts = /^([^=!]*)(!?=)(.*)$/.exec(word);
      const last = found.at(-1);
      if (parts !== null) found.push(condition(parts[1] ?? "", parts[2] === "!=", parts[3] ?? ""));
      else if (word === "errors") found.push({ key: "errors", not: false, values: ["only"] });
      else if (last === undefined || last.key === "errors") throw new ExpressionError(`"${word}" is no condition: KEY=VALUE or errors`);
      else last.values.push(word);
    }
    if (found.length === 0) throw new ExpressionError("an empty filter");
    for (const c of found) check(c, interfaces);
    return new Expression(found, interfaces);
  }

  /** Whether a call is to be seen; undefined while that depends on who takes it, or on its answer. */
  verdict(call: Message, isTask: IsTask): boolean | undefined {
    const byKey = KEYS.map((key) => {
      const same = this.conditions.filter((c) => c.key === key);
      const wanted = same.filter((c) => !c.not).flatMap((c) => c.values);
      const unwanted = same.filter((c) => c.not).flatMap((c) => c.values);
      const no = any(unwanted.map((value) => this.holds(key, value, call, isTask)));
      return all([wanted.length === 0 ? true : any(wanted.map((value) => this.holds(key, value, call, isTask))), no === undefined ? undefined : !no]);
    });
    return all(byKey);
  }

  private holds(key: Key, value: string, call: Message, isTask: IsTask): boolean | undefined {
    const { id, port, reply, task } = call.sent;
    switch (key) {
      case "task":
        return this.side(call, (t) => isTask(t, value));
      case "routine":
        return this.interfaces.isRoutine(id, value);
      case "interface":
        return this.interfaces.subsystem(id) === value;
      case "port":
        return port === Number(value) || reply === Number(value);
      case "direction": {
        const server = serverOf(call);
        // Beside tasks it says which end of a call is theirs: `side`.
        if (this.conditions.some((c) => c.key === "task")) return true;
        return SENDING.has(value) ? task !== 0 : server === undefined ? undefined : server !== 0;
      }
      case "errors":
        if (call.reply !== undefined) return codeOf(call.reply) !== 0;
        return reply <= 0 ? false : undefined;
    }
  }

  /** Whether one of the tasks at the ends that count is meant. */
  private side(call: Message, meant: (task: number) => boolean): boolean | undefined {
    const server = serverOf(call);
    const serves = server === undefined ? undefined : meant(server);
    if (this.sides === "receive") return serves;
    return this.sides === "send" ? meant(call.sent.task) : any([meant(call.sent.task), serves]);
  }
}

function condition(key: string, not: boolean, value: string): Condition {
  if (!isKey(key)) throw new ExpressionError(`no condition "${key}": ${KEYS.join(", ")}`);
  if (value === "") throw new ExpressionError(`${key}= wants a value`);
  if (key === "direction" && not) throw new ExpressionError("direction cannot be denied: direction=send or direction=receive");
  return { key, not, values: [value] };
}

/** Values that can never hold are mistakes. */
function check({ key, values }: Condition, interfaces: Interfaces): void {
  for (const value of values) {
    const bad = (why: string): never => {
      throw new ExpressionError(why);
    };
    if (key === "routine" && !/^\d+$/.test(value) && !interfaces.hasRoutine(value)) bad(`no interface has a routine "${value}"`);
    if (key === "interface" && !interfaces.hasInterface(value)) bad(`there is no interface "${value}"`);
    if (key === "port" && !/^[1-9]\d*$/.test(value)) bad(`a port is a number, not "${value}"`);
    if (key === "direction" && !SENDING.has(value) && !RECEIVING.has(value)) bad(`direction is send or receive, not "${value}"`);
    if (key === "errors" && !YES.has(value)) bad(`errors takes no value but "only", not "${value}"`);
  }
}
