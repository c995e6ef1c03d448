// Starts a command from its bundle: node boot/run.mjs COMMAND [ARG ...].
import { pathToFileURL } from "node:url";
import { bundle, commands } from "./build.mjs";

const [command = "", ...args] = process.argv.slice(2);
if (!(command in commands)) {
  process.stderr.write(`hurdsim: no such command: ${command}\n`);
  process.exit(2);
}
try {
  const { main } = await import(pathToFileURL(await bundle(command)).href);
  process.exitCode = await main(args);
} catch (error) {
  process.stderr.write(`hurdsim: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}\n`);
  process.exitCode = 1;
}
