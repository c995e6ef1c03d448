// npm test: everything that CI checks. Type check and lint run beside the tests; the first failure decides the exit status.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => `${root}node_modules/.bin/${name}`;

/** Runs a command to its end; its output is shown whole when it ends. */
function run(label, command, args, live) {
  return new Promise((resolve) => {
    const started = Date.now();
    const child = spawn(command, args, { cwd: root, stdio: live ? "inherit" : ["ignore", "pipe", "pipe"] });
    let text = "";
    child.stdout?.on("data", (d) => (text += d));
    child.stderr?.on("data", (d) => (text += d));
    child.on("error", (e) => resolve({ label, status: 1, text: String(e) }));
    child.on("exit", (code) => resolve({ label, status: code ?? 1, text, seconds: (Date.now() - started) / 1000 }));
  });
}

const files = process.argv.slice(2);
const checks = files.length
  ? []
  : [run("type check", bin("tsc"), ["--noEmit", "-p", "tsconfig.json"]).then(async (r) => [
        r,
        await run("type check of the page", bin("tsc"), ["--noEmit", "-p", "rpctrace/web/tsconfig.json"]),
        await run("lint", bin("eslint"), ["."]),
      ])];
const tests = await run("tests", bin("mocha"), files.length ? files : ["test/**/*.test.ts"], true);
const done = [...(await Promise.all(checks)).flat(), tests];
for (const { label, status, text, seconds } of done) {
  process.stdout.write(`${label}: ${status === 0 ? "ok" : "FAILED"} (${seconds?.toFixed(1) ?? "?"} s)\n`);
  if (status !== 0 && text) process.stdout.write(`${text}\n`);
}
process.exit(done.some((r) => r.status !== 0) ? 1 : 0);
