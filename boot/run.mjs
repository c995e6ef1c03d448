// Starts a command from its bundle: node boot/run.mjs COMMAND [ARG ...].
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { load } from "./load.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const script = `${root}dist/boot.cjs`;

/** Whether boot's bundle is there and no file that it was made of has changed since. */
function fresh() {
  try {
    const built = statSync(script).mtimeMs;
    const inputs = [...readFileSync(`${root}dist/boot.inputs`, "utf8").split("\n"), "boot/build.mjs", "package-lock.json"];
    return inputs.every((input) => statSync(root + input).mtimeMs <= built);
  } catch {
    return false;
  }
}

/** The command's main function; undefined when there is no such command. */
async function mainOf(command) {
  if (command === "boot") {
    if (!fresh()) await (await import("./build.mjs")).build();
    return load(script).exports.main;
  }
  const { bundle, commands } = await import("./build.mjs");
  return command in commands ? (await import(pathToFileURL(await bundle(command)).href)).main : undefined;
}

const [command = "", ...args] = process.argv.slice(2);
try {
  const main = await mainOf(command);
  if (main === undefined) process.stderr.write(`hurdsim: no such command: ${command}\n`);
  process.exitCode = main === undefined ? 2 : await main(args);
} catch (error) {
  process.stderr.write(`hurdsim: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}\n`);
  process.exitCode = 1;
}
