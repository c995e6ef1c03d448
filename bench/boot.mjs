// npm run bench: wall time from the command to the shell's first word, Node's start included; beside it, Node on an empty file.
import { spawnSync } from "node:child_process";
import { spawn } from "@lydell/node-pty";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const runs = Number(process.argv[2] ?? 9);
if (!Number.isInteger(runs) || runs < 1) {
  process.stderr.write("bench: the number of runs wants to be a whole number above 0\n");
  process.exit(2);
}

/** What is measured, in turn, so that a machine that gets slower does so for all. */
const kinds = {
  "node -e 0": ["-e", "0"],
  "boot -c true": ["boot/run.mjs", "boot", "-c", "true"],
  "boot -c, 100 × /bin/true": ["boot/run.mjs", "boot", "-c", "for i in $(seq 100); do /bin/true; done"],
};

function milliseconds(args) {
  const from = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "ignore" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}`);
  return performance.now() - from;
}

/** From the command under a pseudo-terminal to the login prompt. */
function toThePrompt() {
  return new Promise((resolve) => {
    const from = performance.now();
    let text = "";
    const terminal = spawn(process.execPath, ["boot/run.mjs", "boot"], { cwd: root, cols: 80, rows: 24 });
    terminal.onData((data) => {
      text += data;
      if (!text.includes("login: ")) return;
      text = "";
      terminal.kill("SIGKILL");
      resolve(performance.now() - from);
    });
  });
}

const PROMPT = "boot to the login prompt";
const times = new Map([...Object.keys(kinds), PROMPT].map((name) => [name, []]));
for (const args of Object.values(kinds)) milliseconds(args);
for (let i = 0; i < runs; i++) {
  for (const [name, args] of Object.entries(kinds)) times.get(name).push(milliseconds(args));
  times.get(PROMPT).push(await toThePrompt());
}
for (const [name, all] of times) {
  all.sort((a, b) => a - b);
  const [least, median, most] = [all[0], all[all.length >> 1], all.at(-1)].map((t) => `${t.toFixed(0)} ms`);
  process.stdout.write(`${name.padEnd(26)} median ${median.padStart(8)}   least ${least.padStart(8)}   most ${most.padStart(8)}\n`);
}
process.exit(0);
