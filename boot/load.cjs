// Loads a bundle that is one script, with the code that V8 compiled of it at build time. A cache of another bundle is not used, and one of another V8 or of other
// flags is refused by V8 itself: the script is compiled then as if there were none.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { setFlagsFromString } = require("node:v8");
const { Script } = require("node:vm");

// Parts of Node that are made when they are first asked for, from compiled code of its own that fits no other flags than V8 has now.
void [process.stdout, require("node:util").parseArgs];

// Code is optimised later than V8 does by itself (a fifth as eagerly): a start is over by then, and much of what it would have optimised it would have had to undo.
setFlagsFromString("--interrupt-budget=600000");

/** Where the compiled code of the bundle at `path` is kept. */
const cacheOf = (path) => path.replace(/\.cjs$/, ".cache");

/** A bundle's first line, and its cache's, is a hash of its content. */
const FIRST_LINE = 69;

function cachedCode(path, name) {
  try {
    const cache = readFileSync(cacheOf(path));
    return cache.toString("latin1", 0, FIRST_LINE) === name ? cache.subarray(FIRST_LINE + 1) : undefined;
  } catch {
    return undefined;
  }
}

/** The script of the bundle at `path`, and what it exports. */
function load(path) {
  // V8 would begin to look for garbage in the old space just when a start ends, and Node would wait for it. Who stays gets it back (start.cjs).
  setFlagsFromString("--no-incremental-marking");
  const source = readFileSync(path, "latin1");
  const name = source.slice(0, FIRST_LINE);
  const cachedData = cachedCode(path, name);
  const script = new Script(source, { filename: path, ...(cachedData === undefined ? {} : { cachedData }) });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(path), module);
  return { exports: module.exports, script, name };
}

module.exports = { load, cacheOf };
