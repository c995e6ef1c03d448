/** What S holds in the worked micro-instances (comparison.md §8 M1). */
import type { Want } from "../../../lab/model/authority.ts";
import type { Launch } from "../../../lab/model/launch.ts";

const files: readonly Want[] = ["one", "two", "three"].map((name) => ({ name, object: `dir/${name}`, rights: ["r"] }));
const connection: Want = { name: "connection", object: "listener/connection", rights: ["r", "w"] };
const wanted: readonly Want[] = [
  { name: "tty", object: "tty", rights: ["r", "w"] },
  { name: "dir", object: "dir", rights: ["lookup"] },
];

/** M1: one terminal at 0, 1, 2; a log that is close-on-exec; a secret; a directory with three files; a listener; rights A and B in no list. */
export const M1: Launch = {
  holds: [
    { object: "tty", kind: "tty", rights: ["r", "w"], at: [0, 1, 2], closeOnExec: false },
    { object: "log", kind: "log", rights: ["w"], at: [3], closeOnExec: true },
    { object: "secret", kind: "file", rights: ["r"], at: [4], closeOnExec: false },
    { object: "dir", kind: "directory", rights: ["lookup"], at: [5], closeOnExec: false, yields: files },
    { object: "listener", kind: "listener", rights: ["accept"], at: [6], closeOnExec: false, yields: [connection] },
    { object: "A", kind: "send-right", rights: ["send"], at: [], closeOnExec: false },
    { object: "B", kind: "receive-right", rights: ["receive"], at: [], closeOnExec: false },
  ],
  manifest: wanted,
  grant: wanted,
};
