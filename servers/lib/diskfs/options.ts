/** Options that every filesystem has, at start-up and by `fsys_set_options` (libdiskfs's standard options). */
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno } from "../../interfaces/errno.ts";
import type { Diskfs, Settings } from "./filesystem.ts";

type Change = (settings: Settings) => void;

const known: ReadonlyMap<string, Change> = new Map<string, Change>([
  ["-r", (s) => (s.readonly = true)],
  ["--readonly", (s) => (s.readonly = true)],
  ["-w", (s) => (s.readonly = false)],
  ["--writable", (s) => (s.readonly = false)],
  ["--rdwr", (s) => (s.readonly = false)],
  ["-E", (s) => (s.noexec = true)],
  ["--no-exec", (s) => (s.noexec = true)],
  ["--noexec", (s) => (s.noexec = true)],
  ["--exec", (s) => (s.noexec = false)],
  ["-S", (s) => (s.nosuid = true)],
  ["--no-suid", (s) => (s.nosuid = true)],
  ["--nosuid", (s) => (s.nosuid = true)],
  ["--suid", (s) => (s.nosuid = false)],
  ["-A", (s) => (s.noatime = true)],
  ["--no-atime", (s) => (s.noatime = true)],
  ["--noatime", (s) => (s.noatime = true)],
  ["--relatime", (s) => (s.noatime = false)],
  ["--atime", (s) => (s.noatime = false)],
]);
/** Accepted, without effect: nothing is kept back that had to be written, and updating reads nothing again. */
const idle = new Set(["-s", "--sync", "--nosync", "-n", "--update", "-u", "--remount"]);

/** Applies options; EINVAL at the first that is unknown, with those before it in force, as argp does. */
export function* setOptions(fs: Diskfs, options: readonly string[]): Syscall<0 | Failure> {
  for (const option of options) {
    const change = known.get(option);
    if (change !== undefined) change(fs.settings);
    else if (!idle.has(option) && !option.startsWith("--sync=") && !(yield* fs.store.setOption(option))) return Errno.EINVAL;
  }
  return 0;
}

/** What `fsysopts` shows: the program, then the options in force. */
export function currentOptions({ settings, store }: Diskfs): readonly string[] {
  const words = [store.program, settings.readonly ? "--readonly" : "--writable"];
  if (settings.noexec) words.push("--no-exec");
  if (settings.nosuid) words.push("--no-suid");
  words.push(settings.noatime ? "--no-atime" : "--relatime");
  return [...words, ...store.options()];
}
