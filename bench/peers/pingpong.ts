/** The C yardsticks (`pingpong.c`), compiled when they are first needed, where a compiler is. */
import { spawnSync } from "node:child_process";
import type { Contestant } from "../contest.ts";
import { root } from "../place.ts";
import { compile, scratch } from "./compiler.ts";

let program: string | undefined | null;

/** The compiled program; undefined when there is no compiler. */
function compiled(): string | undefined {
  if (program !== undefined) return program ?? undefined;
  const out = `${scratch()}/pingpong`;
  program = compile(["-O2", "-o", out, `${root}bench/peers/pingpong.c`]) ? out : null;
  return program ?? undefined;
}

/** True when the yardsticks can be had. */
export const haveCompiler = (): boolean => compiled() !== undefined;

function measured(kind: string, what: string, rounds: number): number | undefined {
  const path = compiled();
  if (path === undefined) return undefined;
  const { stdout, status } = spawnSync(path, [kind, what, String(rounds)], { encoding: "utf8" });
  return status === 0 ? rounds / Number(stdout) : undefined;
}

const contestant = (name: string, what: string, kind: string, argument: string, rounds: number): Contestant => ({
  name,
  what,
  unit: "/s",
  sample: (quick) => measured(kind, argument, quick ? rounds / 4 : rounds),
});

export const cContestants: readonly Contestant[] = [
  contestant("sp", "C: Unix socketpair, 32 bytes, both ends on one processor", "socketpair", "32", 40_000),
  contestant("sp-64k", "C: Unix socketpair, 64 KiB", "socketpair", "65536", 8_000),
  contestant("pipe-c", "C: two pipes, 32 bytes", "pipe", "32", 40_000),
  contestant("exec-c", "C: fork, execve of /bin/true, exit, wait", "exec", "/bin/true", 400),
];
