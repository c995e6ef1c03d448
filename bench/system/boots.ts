/** Starts: of Node, of npm, and of this system in process and from the command line. Milliseconds. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { performance } from "node:perf_hooks";
import type * as main from "../../boot/main.ts";
import type { Session } from "../../boot/session.ts";
import type { SystemOptions } from "../../boot/system.ts";
import { median, type Contestant } from "../contest.ts";
import { inChild, root } from "../place.ts";

/** What is needed of boot, be it this build or its own bundle. */
interface Boot {
  readonly Session: typeof Session;
  readonly embedded: SystemOptions["embedded"];
}

/** Milliseconds from nothing to the login prompt, in this process. */
function bootToPrompt(boot: Boot): number {
  let text = "";
  const from = performance.now();
  const session = new boot.Session({ verbose: true, embedded: boot.embedded }, (bytes) => (text += new TextDecoder().decode(bytes)));
  session.run();
  const took = performance.now() - from;
  if (!text.endsWith("login: ")) throw new Error("there was no login prompt");
  return took;
}

/** The bundle that `npm run boot` starts, with its compiled code. */
async function shipped(): Promise<Boot> {
  const { bundle } = createRequire(import.meta.url)(`${root}boot/start.cjs`) as { bundle(): Promise<typeof main> };
  const { Session: Its, embedded } = await bundle();
  return { Session: Its, embedded: embedded() };
}

/** Milliseconds of a boot in a process that has booted nothing yet. */
export const firstBoot = async (): Promise<number> => bootToPrompt(await shipped());

/** Boots until nearly all of it has been compiled, and those that make one sample. */
const WARM = 25;
const BOOTS = 5;

/** The middle of some boots in a process that has booted often. */
function warmBoots(): () => Promise<number> {
  let boot: Boot | undefined;
  return async () => {
    if (boot === undefined) {
      boot = await shipped();
      for (let i = 0; i < WARM; i++) bootToPrompt(boot);
    }
    const known = boot;
    return median(Array.from({ length: BOOTS }, () => bootToPrompt(known)));
  };
}

/** Milliseconds of a whole command. */
function command(program: string, args: readonly string[], cwd: string): number {
  const from = performance.now();
  const { status, error } = spawnSync(program, [...args], { cwd, stdio: "ignore" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${String(error ?? status)}`);
  return performance.now() - from;
}

/** What is needed of node-pty. */
interface Pty {
  spawn(file: string, args: readonly string[], options: { readonly cwd: string; readonly cols: number; readonly rows: number }): {
    onData(listener: (data: string) => void): unknown;
    kill(signal: string): void;
  };
}

/** Milliseconds from the command under a pseudo-terminal to its login prompt. */
function toThePrompt(): Promise<number> {
  const { spawn } = createRequire(import.meta.url)("@lydell/node-pty") as Pty;
  return new Promise((resolve) => {
    const from = performance.now();
    let text = "";
    const terminal = spawn("npm", ["run", "--silent", "boot"], { cwd: root, cols: 80, rows: 24 });
    terminal.onData((data) => {
      text += data;
      if (!text.includes("login: ")) return;
      text = "";
      terminal.kill("SIGKILL");
      resolve(performance.now() - from);
    });
  });
}

/** A package whose one script is an empty file. */
function emptyPackage(): string {
  const folder = mkdtempSync(`${tmpdir()}/hurdsim-bench-`);
  writeFileSync(`${folder}/package.json`, JSON.stringify({ name: "empty", private: true, type: "module", scripts: { empty: "node empty.mjs" } }));
  writeFileSync(`${folder}/empty.mjs`, "");
  return folder;
}

function bootContestants(): readonly Contestant[] {
  let built = false;
  let folder: string | undefined;
  const empty = (): string => (folder ??= emptyPackage());
  /** The first may have to build the bundle, and does not count. */
  const bootCommand = (): number => {
    const run = (): number => command("npm", ["run", "--silent", "boot", "--", "-c", "true"], root);
    if (!built) run();
    built = true;
    return run();
  };
  const ms = (name: string, what: string, sample: () => number | Promise<number>): Contestant => ({ name, what, unit: "ms", sample });
  return [
    { ...ms("boot-warm", "boot to the login prompt in process, the code warm", warmBoots()), home: "boot-warm" },
    ms("boot-cold", "boot to the login prompt in process, the first one of a fresh Node, its modules loaded", () => Number(inChild("boot-cold"))),
    ms("node-empty", "node on an empty file", () => command(process.execPath, ["empty.mjs"], empty())),
    ms("npm-empty", "npm run of a script that runs node on an empty file", () => command("npm", ["run", "--silent", "empty"], empty())),
    ms("boot-command", "npm run boot -- -c true", bootCommand),
    ms("boot-prompt", "npm run boot to the login prompt, under a pseudo-terminal", toThePrompt),
  ];
}

export const startContestants = bootContestants();
