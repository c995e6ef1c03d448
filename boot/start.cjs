// Starts `boot` from its bundle, the quickest way that Node has: node boot/start.cjs [OPTION ...]. No module of the newer kind before the system runs, as Node's loader
// of those takes as long as all that stands here.
const { readFileSync, statSync } = require("node:fs");
const { join } = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { load } = require("./load.cjs");

const root = join(__dirname, "..");
const script = join(root, "dist/boot.cjs");

/** Whether boot's bundle is there and no file that it was made of has changed since. */
function fresh() {
  try {
    const built = statSync(script).mtimeMs;
    const inputs = readFileSync(join(root, "dist/boot.inputs"), "utf8").split("\n");
    return inputs.every((input) => statSync(`${root}/${input}`).mtimeMs <= built);
  } catch {
    return false;
  }
}

/** Milliseconds after which a system is no longer about to start. */
const STARTED = 2000;

/** What boot's bundle exports (main.ts); it is built first when it is not fresh. */
async function bundle() {
  if (!fresh()) await (await import("./build.mjs")).build();
  return load(script).exports;
}

/** Runs boot with `args`; answers its exit status. */
async function start(args) {
  const { main } = await bundle();
  setTimeout(() => setFlagsFromString("--incremental-marking"), STARTED).unref();
  return await main(args);
}

/** One line for what no command expects. */
function failed(error) {
  process.stderr.write(`hurdsim: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}\n`);
  return 1;
}

module.exports = { start, bundle, failed };

/** Ends with `status` when all is written: at once, without taking V8's heap apart first. */
function end(status) {
  process.exitCode = status;
  process.once("beforeExit", () => process.exit());
}

if (require.main === module) start(process.argv.slice(2)).catch(failed).then(end);
