// Bundles the commands into dist/. Run by npm's prepare script, and by run.mjs and start.cjs when a source is newer than its bundle.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = ["mach", "servers", "glibc-shim", "rpctrace", "boot", "lab", "bench"];

/** Every command that has a bundle, with its entry file; `boot` has one of its own kind (`buildBoot`). */
export const commands = { rpctrace: "rpctrace/main.ts", replay: "boot/replay-main.ts", mig: "boot/mig.ts", image: "boot/image-main.ts", lab: "lab/run/main.ts", bench: "bench/main.ts" };

/** Bundles that are no commands: threads of the laboratory. */
const workers = { "lab-worker": "lab/run/worker.ts" };

/** The newest modification time below `dir`, in milliseconds. */
function newest(dir) {
  let time = 0;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = `${dir}/${entry.name}`;
    if (entry.isDirectory()) time = Math.max(time, newest(path));
    else if (/\.(ts|mjs|json)$/.test(entry.name)) time = Math.max(time, statSync(path).mtimeMs);
  }
  return time;
}

/** What makes a run of the system what it is: a trace of one such program is not replayed by another. */
const program = ["mach", "servers", "glibc-shim", "boot/root", "boot/image.ts", "boot/ext2-image.ts", "boot/instructions.ts", "boot/servers.ts", "boot/system.ts"];

/** A hash of all sources of the program. */
function sourcesHash() {
  const hash = createHash("sha256");
  for (const part of program) {
    const path = root + part;
    const names = statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).map((name) => `${path}/${name}`) : [path];
    for (const file of names.filter((name) => statSync(name).isFile() && !name.endsWith(".md")).sort()) hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

/** The path of a command's bundle; built first when it is missing or older than a source. */
export async function bundle(command) {
  const path = `${root}dist/${command}.mjs`;
  const built = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built < Math.max(...folders.map((f) => newest(root + f)))) await build();
  return path;
}

/** The script of the page that shows a trace: one text, which goes into the command that writes the page. */
async function pageScript(esbuild) {
  const { outputFiles } = await esbuild({
    absWorkingDir: root,
    entryPoints: ["rpctrace/web/page.ts"],
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
    minify: true,
    charset: "ascii",
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

/** What all bundles have in common. */
const bundled = (page) => ({
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  minify: true,
  logLevel: "warning",
  external: ["esbuild", "piscina", "@observablehq/plot", "linkedom", "nact", "xstate", "comlink", "tinybench"],
  define: { "process.env.CBOR_NATIVE_ACCELERATION_DISABLED": '"true"', HURDSIM_SOURCES: JSON.stringify(sourcesHash()), TRACE_PAGE_SCRIPT: JSON.stringify(page) },
});

/** What is put in for the ramdisks of the embedded filesystem (boot/embedded.ts): a character for each byte. Of a list esbuild makes a module that each other would ask for. */
async function ramdisks(esbuild, options) {
  const { outputFiles } = await esbuild({ ...options, entryPoints: ["boot/embedded.ts"], write: false, format: "cjs" });
  const module = { exports: {} };
  new Function("exports", "require", "module", outputFiles[0].text)(module.exports, createRequire(import.meta.url), module);
  const { plain, running, at } = module.exports.makeRamdisks();
  const text = (bytes) => JSON.stringify(Buffer.from(bytes).toString("latin1"));
  return { HURDSIM_RAMDISK: text(plain), HURDSIM_RAMDISK_RUNNING: text(running), HURDSIM_RAMDISK_AT: String(at) };
}

/** Puts `text` in a file of dist/ at once: who reads it sees all of it or the one before. */
function put(name, text) {
  const part = `${root}dist/${name}.${process.pid}`;
  writeFileSync(part, text);
  renameSync(part, `${root}dist/${name}`);
}

/** Whether an input of a bundle is a file of ours, not of a package. */
const isSource = (input) => !input.includes("node_modules/");

/**
 * `boot` starts fast: its bundle is one script, which load.cjs runs with the code that V8 compiled when it ran here for the first time; boot.inputs names the sources
 * that it is made of.
 */
async function buildBoot(esbuild, page) {
  const began = new Date();
  const wrapped = { banner: { js: "(function (exports, require, module) {" }, footer: { js: "})" } };
  // not cbor-x for Node, which looks for its addon at each start
  const common = { ...bundled(page), alias: { "cbor-x": `${root}node_modules/cbor-x/index.js` } };
  const define = { ...common.define, ...(await ramdisks(esbuild, common)) };
  const { outputFiles, metafile } = await esbuild({ ...common, ...wrapped, define, entryPoints: ["boot/main.ts"], outdir: "dist", write: false, metafile: true, format: "cjs", charset: "ascii" });
  const text = outputFiles[0].text;
  mkdirSync(`${root}dist`, { recursive: true });
  rmSync(`${root}dist/boot.cjs`, { force: true });
  put("boot.inputs", [...Object.keys(metafile.inputs).filter(isSource), "boot/build.mjs", "package-lock.json"].join("\n"));
  put("boot.cjs", `/* ${createHash("sha256").update(text).digest("hex")}*/\n${text}`);
  // a source that has been changed since is newer
  utimesSync(`${root}dist/boot.cjs`, began, began);
  spawnSync(process.execPath, ["boot/warm.mjs", `${root}dist/boot.cjs`, "-c", "true"], { cwd: root, stdio: "ignore" });
}

/** Builds all bundles. */
export async function build() {
  const { build: esbuild } = await import("esbuild");
  const page = await pageScript(esbuild);
  await buildBoot(esbuild, page);
  await esbuild({
    ...bundled(page),
    entryPoints: { ...commands, ...workers },
    outdir: "dist",
    outExtension: { ".js": ".mjs" },
    splitting: true,
    format: "esm",
    sourcemap: true,
    banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
