/** LD_ORIGIN_PATH: tells the new program the directory it came from (exec.md §5.1). */
import { decodeArgz, encodeArgz } from "../interfaces/argz.ts";

const NAME = "LD_ORIGIN_PATH";

/** The directory part of an absolute file name, without slashes at its end; the root stays. */
export const directoryOf = (abspath: string): string => abspath.slice(0, abspath.lastIndexOf("/")).replace(/\/+$/, "") || "/";

/** `envp` with the variable set: in its place if it is there, in front if not. A name that is not absolute changes nothing. All other bytes stay as they are. */
export function withOrigin(envp: Uint8Array, abspath: string): Uint8Array {
  if (!abspath.startsWith("/")) return envp;
  const setting = encodeArgz([`${NAME}=${directoryOf(abspath)}`]);
  const at = valueAt(envp);
  if (at === undefined) return joined(setting, envp);
  const end = envp.indexOf(0, at);
  return joined(envp.subarray(0, at), setting.subarray(NAME.length + 1, -1), envp.subarray(end < 0 ? envp.length : end));
}

/** Where the variable's value begins. */
function valueAt(envp: Uint8Array): number | undefined {
  const key = encodeArgz([`${NAME}=`]).subarray(0, -1);
  for (let start = 0; start >= 0 && start + key.length <= envp.length; start = next(envp, start)) {
    if (key.every((byte, i) => envp[start + i] === byte)) return start + key.length;
  }
  return undefined;
}

/** Where the string behind the one at `start` begins; -1: there is none. */
function next(envp: Uint8Array, start: number): number {
  const end = envp.indexOf(0, start);
  return end < 0 ? -1 : end + 1;
}

/** Bytes one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The task's name for the kernel: "argv0(pid)", at most 31 characters; of a longer one the end counts. Without arguments it is what C prints for none. */
export function taskName(argv: Uint8Array, pid: number | undefined): string {
  const whole = `${argv.length === 0 ? "(null)" : (decodeArgz(argv)[0] ?? "")}${pid === undefined ? "" : `(${pid})`}`;
  return whole.length <= 31 ? whole : `...${whole.slice(-28)}`;
}
