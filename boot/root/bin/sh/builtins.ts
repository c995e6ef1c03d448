/** The commands that the shell carries out itself. */
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { alias, command, hash, type_, unalias } from "./builtins/names.ts";
import { cd, pwd } from "./builtins/directory.ts";
import { bg, fg, jobs, kill, wait } from "./builtins/job-control.ts";
import { break_, continue_, dot, eval_, exec, exit, return_, shift, times, trap } from "./builtins/flow.ts";
import { false_, getopts, printf, test, true_, umask, echo } from "./builtins/small.ts";
import { read } from "./builtins/read.ts";
import { ulimit } from "./builtins/ulimit.ts";
import { export_, local, readonly_, set, unset } from "./builtins/variables.ts";
import type { Shell } from "./shell.ts";

/** A builtin: answers $?. `argv[0]` is its name. Throws ShellError for a message "sh: LINE: NAME: TEXT". */
export type Builtin = (shell: Shell, argv: readonly string[]) => Syscall<number>;

/** POSIX's special builtins: found before functions, assignments before them stay, their errors end a script. */
export const specialBuiltins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [":", true_],
  [".", dot],
  ["source", dot],
  ["break", break_],
  ["continue", continue_],
  ["eval", eval_],
  ["exec", exec],
  ["exit", exit],
  ["export", export_],
  ["readonly", readonly_],
  ["return", return_],
  ["set", set],
  ["shift", shift],
  ["times", times],
  ["trap", trap],
  ["unset", unset],
]);

/** The others. */
export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ["[", test],
  ["alias", alias],
  ["bg", bg],
  ["cd", cd],
  ["command", command],
  ["echo", echo],
  ["false", false_],
  ["fg", fg],
  ["getopts", getopts],
  ["hash", hash],
  ["jobs", jobs],
  ["kill", kill],
  ["local", local],
  ["printf", printf],
  ["pwd", pwd],
  ["read", read],
  ["test", test],
  ["true", true_],
  ["type", type_],
  ["ulimit", ulimit],
  ["umask", umask],
  ["unalias", unalias],
  ["wait", wait],
]);
