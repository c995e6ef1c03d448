/** LD_ORIGIN_PATH: tells the new program the directory it came from (exec.md §5.1). */
import { decodeArgz, encodeArgz } from "../interfaces/argz.ts";

const NAME = "LD_ORIGIN_PATH";

/** The directory part of an absolute file name, without slashes at its end; the root stays. */
export const directoryOf = (abspath: string): string => abspath.slice(0, abspath.lastIndexOf("/")).replace(/\/+$/, "") || "/";

/** `envp` with the variable set: in its place if it is there, in front if not. A name that is not absolute changes nothing. */
export function withOrigin(envp: Uint8Array, abspath: string): Uint8Array {
  if (!abspath.startsWith("/")) return envp;
  const setting = `${NAME}=${directoryOf(abspath)}`;
  const words = [...decodeArgz(envp)];
  const at = words.findIndex((word) => word.startsWith(`${NAME}=`));
  if (at < 0) words.unshift(setting);
  else words[at] = setting;
  return encodeArgz(words);
}

/** The task's name for the kernel: "argv0(pid)", at most 31 characters; of a longer one the end counts. */
export function taskName(argv: Uint8Array, pid: number | undefined): string {
  const whole = `${decodeArgz(argv)[0] ?? ""}${pid === undefined ? "" : `(${pid})`}`;
  return whole.length <= 31 ? whole : `...${whole.slice(-28)}`;
}
