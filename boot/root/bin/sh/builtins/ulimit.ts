/** ulimit [-HSa] [-tfdscmlpnv] [LIMIT]: the shell's limits, and those of what it forks. Other programs keep only -v, which is the kernel's. */
import { attempt } from "../../../../../glibc-shim/errno.ts";
import { STDOUT, type Rlimit } from "../../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../../mach/kern/syscall.ts";
import { strerror } from "../../../../../servers/interfaces/errno.ts";
import {
  RLIM_INFINITY, RLIMIT_AS, RLIMIT_CORE, RLIMIT_CPU, RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_MEMLOCK, RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_RSS, RLIMIT_STACK,
} from "../../../../../servers/interfaces/resource.ts";
import { ShellError } from "../control.ts";
import type { Shell } from "../shell.ts";

/** A limit as it is named and counted. */
interface Limit {
  readonly letter: string;
  readonly title: string;
  readonly resource: number;
  /** What one of the printed number is. */
  readonly unit: number;
}

const LIMITS: readonly Limit[] = [
  { letter: "t", title: "time(seconds)", resource: RLIMIT_CPU, unit: 1 },
  { letter: "f", title: "file(blocks)", resource: RLIMIT_FSIZE, unit: 512 },
  { letter: "d", title: "data(kbytes)", resource: RLIMIT_DATA, unit: 1024 },
  { letter: "s", title: "stack(kbytes)", resource: RLIMIT_STACK, unit: 1024 },
  { letter: "c", title: "coredump(blocks)", resource: RLIMIT_CORE, unit: 512 },
  { letter: "m", title: "memory(kbytes)", resource: RLIMIT_RSS, unit: 1024 },
  { letter: "l", title: "locked memory(kbytes)", resource: RLIMIT_MEMLOCK, unit: 1024 },
  { letter: "p", title: "process", resource: RLIMIT_NPROC, unit: 1 },
  { letter: "n", title: "nofiles", resource: RLIMIT_NOFILE, unit: 1 },
  { letter: "v", title: "vmemory(kbytes)", resource: RLIMIT_AS, unit: 1024 },
];
const TITLE_WIDTH = 20;

/** What the options say. Of several resources the last counts, as of -H and -S; without either both limits are set, and the soft one is shown. */
interface Wanted {
  letter: string;
  all: boolean;
  hard: boolean;
  soft: boolean;
}

export function* ulimit(shell: Shell, argv: readonly string[]): Syscall<number> {
  const { wanted, operands } = options(argv.slice(1));
  const [text] = operands;
  if (text !== undefined && (wanted.all || operands.length > 1)) throw new ShellError("too many arguments");
  const chosen = LIMITS.filter((l) => wanted.all || l.letter === wanted.letter);
  for (const limit of chosen) {
    if (text !== undefined) yield* set(shell, limit, wanted, text);
    else yield* show(shell, limit, wanted);
  }
  return 0;
}

function options(words: readonly string[]): { readonly wanted: Wanted; readonly operands: readonly string[] } {
  const wanted: Wanted = { letter: "f", all: false, hard: true, soft: true };
  for (const [i, word] of words.entries()) {
    if (word === "--") return { wanted, operands: words.slice(i + 1) };
    if (!/^-./.test(word)) return { wanted, operands: words.slice(i) };
    for (const letter of word.slice(1)) option(wanted, letter);
  }
  return { wanted, operands: [] };
}

function option(wanted: Wanted, letter: string): void {
  if (letter === "H" || letter === "S") {
    wanted.hard = letter === "H";
    wanted.soft = letter === "S";
  } else if (letter === "a") wanted.all = true;
  else if (LIMITS.some((l) => l.letter === letter)) wanted.letter = letter;
  else throw new ShellError(`Illegal option -${letter}`);
}

function* show(shell: Shell, { resource, title, unit }: Limit, { all, soft }: Wanted): Syscall<void> {
  const { current, maximum } = yield* shell.libc.getrlimit(resource);
  const value = soft ? current : maximum;
  yield* shell.libc.writeAll(STDOUT, `${all ? `${title.padEnd(TITLE_WIDTH)} ` : ""}${value === RLIM_INFINITY ? "unlimited" : Math.floor(value / unit)}\n`);
}

function* set(shell: Shell, { resource, unit }: Limit, { hard, soft }: Wanted, text: string): Syscall<void> {
  if (!/^(\d+|unlimited)$/.test(text)) throw new ShellError("bad number");
  const value = text === "unlimited" ? RLIM_INFINITY : Number(text) * unit;
  const old = yield* shell.libc.getrlimit(resource);
  const limit: Rlimit = { current: soft ? value : old.current, maximum: hard ? value : old.maximum };
  const done = yield* attempt(shell.libc.setrlimit(resource, limit));
  if (done.err) throw new ShellError(`error setting limit: ${strerror(done.err)}`);
}
