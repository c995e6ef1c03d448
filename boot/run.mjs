// Starts a command from its bundle: node boot/run.mjs COMMAND [ARG ...].
import { pathToFileURL } from "node:url";
import { failed, start } from "./start.cjs";

/** The command's main function; undefined when there is no such command. */
async function mainOf(command) {
  if (command === "boot") return start;
  const { bundle, commands } = await import("./build.mjs");
  return command in commands ? (await import(pathToFileURL(await bundle(command)).href)).main : undefined;
}

const [command = "", ...args] = process.argv.slice(2);
try {
  const main = await mainOf(command);
  if (main === undefined) process.stderr.write(`hurdsim: no such command: ${command}\n`);
  process.exitCode = main === undefined ? 2 : await main(args);
} catch (error) {
  process.exitCode = failed(error);
}
