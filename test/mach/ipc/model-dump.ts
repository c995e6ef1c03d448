/** All that can be seen of the model's rights, in the words of the kernel's dump. */
import type { Right, Way } from "./model.ts";

const letters: Readonly<Record<Way, string>> = { send: "S", receive: "R", once: "O", set: "P", dead: "D" };
const sorted = (numbers: Iterable<number>): number[] => [...new Set(numbers)].sort((a, b) => a - b);

export function dumpModel(rights: readonly Right[]): string {
  const names = (task: number): number[] => sorted(rights.filter((r) => r.task === task).map((r) => r.name));
  return [0, 1].map((task) => names(task).map((name) => line(rights, task, name)).join(" ")).join(" | ");
}

function line(rights: readonly Right[], task: number, name: number): string {
  const here = rights.filter((r) => r.task === task && r.name === name);
  const has = (way: Way): Right | undefined => here.find((r) => r.way === way);
  const watched = here.some((r) => r.port?.requests.some((q) => q?.task === task && q.name === name));
  const ways: readonly Way[] = ["send", "receive", "once", "set", "dead"];
  const kind = `${name}:${ways.map((way) => (has(way) ? letters[way] : "")).join("")}${watched ? "n" : ""}`;
  const set = has("set");
  if (set) return `${kind}{${sorted(rights.flatMap((r) => (r.way === "receive" && r.port?.set === set ? [r.name] : []))).join()}}`;
  return `${kind}${has("send")?.refs ?? has("dead")?.refs ?? ""}${attributes(rights, has("receive"))}`;
}

function attributes(rights: readonly Right[], receive: Right | undefined): string {
  const port = receive?.port;
  if (!port) return "";
  const count = (way: Way): number => rights.filter((r) => r.port === port && r.way === way).length;
  const flags = [count("send") > 0, port.destroyed !== null, port.noSenders !== null].map(Number);
  return `[${[port.set?.name ?? 0, port.seqno, port.mscount, port.qlimit, port.queue.length, count("once"), ...flags].join()}]`;
}
