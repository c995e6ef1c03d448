/**
 * Authority graphs: who holds what, what can be had through it, who can steer whom (comparison.md §2).
 *
 * Plain data, the same for every mechanism, so that one set of measures (`measure.ts`) judges them all. Identities are strings that the
 * scenario chooses ("tty", "secret", "task:S"), never numbers of one run: two runs with the same outcome give equal graphs.
 */

/** An object: a port object, an open file description, an inode, a server's object. */
export interface AuthorityObject {
  readonly id: string;
  /** "tty", "file", "directory", "socket", "port", "process", … */
  readonly kind: string;
}

/** A program that runs, with its authority. */
export interface AuthorityTask {
  readonly id: string;
  /** "launcher" is S, "program" is P; anybody else is "other". */
  readonly role: "launcher" | "program" | "other";
}

/** `task`'s table or name space holds `object` with `rights`. */
export interface Holding {
  readonly task: string;
  readonly object: string;
  /** Elementary rights, sorted, each once. One of them and the object are a right-atom. */
  readonly rights: readonly string[];
  /** Where it stands: a descriptor, a port name, a slot. For people; measures do not look at it. */
  readonly at: string;
}

/** Whoever holds `object` with `right` can have `gives` with `rights` through the protocol, in one step. */
export interface Yield {
  readonly object: string;
  readonly right: string;
  readonly gives: string;
  readonly rights: readonly string[];
}

/** `task` can find a holding by the arguments that describe it. */
export interface Naming {
  readonly task: string;
  readonly object: string;
  readonly rights: readonly string[];
  /** "fd 3", "argdata /log", "INIT_PORT_AUTH", … */
  readonly as: string;
}

/** `by` can write `of`'s memory or registers, kill it, or read its table. */
export interface Control {
  readonly by: string;
  readonly of: string;
  /** "task-port", "thread-port", "ptrace", "process-fd", … */
  readonly through: string;
  readonly can: readonly ("write" | "kill" | "read-table" | "debug" | "wait")[];
}

export interface AuthorityGraph {
  readonly tasks: readonly AuthorityTask[];
  readonly objects: readonly AuthorityObject[];
  readonly holdings: readonly Holding[];
  readonly yields: readonly Yield[];
  readonly namings: readonly Naming[];
  readonly controls: readonly Control[];
}

/** What somebody wants or grants: `rights` on `object`, under a name that the program knows. */
export interface Want {
  readonly name: string;
  readonly object: string;
  readonly rights: readonly string[];
}

/** One object with one elementary right: the unit in which leaks are counted. */
export type Atom = `${string} ${string}`;

/** The atoms of some holdings or wants, sorted, each once. */
export const atoms = (of: readonly { readonly object: string; readonly rights: readonly string[] }[]): readonly Atom[] =>
  [...new Set(of.flatMap(({ object, rights }) => rights.map((r): Atom => `${object} ${r}`)))].sort();
