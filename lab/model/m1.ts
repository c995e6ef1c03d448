/** The worked instance M1 of comparison.md §8, as a launch: one oracle for all mechanisms. */
import type { Want } from "./authority.ts";
import type { Held, Launch } from "./launch.ts";

const files = ["a", "b", "c"].map((name): Want => ({ name, object: `file ${name}`, rights: ["r"] }));

/** What S holds: a terminal at 0, 1, 2; a log that closes on exec; a secret, a directory, a listener that do not; two raw rights. */
export const m1Holds: readonly Held[] = [
  { object: "tty", kind: "tty", rights: ["r", "w"], at: [0, 1, 2], closeOnExec: false },
  { object: "log", kind: "log", rights: ["w"], at: [3], closeOnExec: true },
  { object: "secret", kind: "file", rights: ["r"], at: [4], closeOnExec: false },
  { object: "dir", kind: "directory", rights: ["lookup"], at: [5], closeOnExec: false, yields: files },
  { object: "listener", kind: "listener", rights: ["accept"], at: [6], closeOnExec: false, yields: [{ name: "connection", object: "connection", rights: ["r", "w"] }] },
  { object: "A", kind: "send-right", rights: ["send"], at: [], closeOnExec: false },
  { object: "B", kind: "receive-right", rights: ["receive"], at: [], closeOnExec: false },
];

/** What P needs, and what S lists: tty r and w, dir lookup. Three atoms. */
export const m1Grant: readonly Want[] = [
  { name: "tty", object: "tty", rights: ["r", "w"] },
  { name: "dir", object: "dir", rights: ["lookup"] },
];

export const m1: Launch = { holds: m1Holds, manifest: m1Grant, grant: m1Grant };
