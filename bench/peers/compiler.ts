/** A C compiler, where there is one, and a folder for what it makes. */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";

/** Compiles with `args`. False when there is no compiler, or none that can. */
export const compile = (args: readonly string[]): boolean => ["cc", "gcc", "clang"].some((cc) => spawnSync(cc, [...args], { stdio: "ignore" }).status === 0);

/** A folder of its own for one peer's files. */
export const scratch = (): string => mkdtempSync(`${tmpdir()}/hurdsim-bench-`);
