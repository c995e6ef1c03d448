/** Experiments by name, the user's own files included. */
import { createHash } from "node:crypto";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { experiments } from "../experiments/index.ts";
import type { Experiment } from "../model/experiment.ts";
import { UsageError } from "./usage.ts";

/** Where a bundle of the user's file lies: built once, loaded by every worker. */
const bundles = new Map<string, Promise<string>>();

/** As `boot/build.mjs` has them: packages of the older kind ask for Node's modules by `require`, and cbor-x would look for its addon. */
const REQUIRE = 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';
const NO_ADDON = { "process.env.CBOR_NATIVE_ACCELERATION_DISABLED": '"true"' };

async function bundleOf(path: string): Promise<string> {
  const { build } = await import("esbuild");
  const outfile = resolve("dist", `experiment-${createHash("sha256").update(path).digest("hex").slice(0, 12)}.mjs`);
  try {
    const { outputFiles } = await build({ entryPoints: [path], write: false, bundle: true, format: "esm", platform: "node", target: "node20", logLevel: "silent", define: NO_ADDON, banner: { js: REQUIRE } });
    // Whole or not at all: another command may be loading it.
    writeFileSync(`${outfile}.${process.pid}`, outputFiles[0]?.contents ?? "");
    renameSync(`${outfile}.${process.pid}`, outfile);
  } catch (e) {
    const [first] = (e as { readonly errors?: readonly { readonly text: string; readonly location?: { readonly file: string; readonly line: number } | null }[] }).errors ?? [];
    const at = first?.location ? `${first.location.file}:${first.location.line}: ` : "";
    throw new UsageError(`${path} cannot be built: ${at}${first?.text ?? String(e)}`);
  }
  return outfile;
}

const isExperiment = (x: unknown): x is Experiment => typeof x === "object" && x !== null && "name" in x && "run" in x && "conclude" in x && "independent" in x;

/** Where the user's file `path` lies as a bundle. */
function built(path: string): Promise<string> {
  const bundle = bundles.get(path) ?? bundleOf(path);
  bundles.set(path, bundle);
  return bundle;
}

async function load(path: string, bundle: string): Promise<Experiment> {
  const module = (await import(pathToFileURL(bundle).href)) as { readonly experiment?: unknown };
  if (!isExperiment(module.experiment)) throw new UsageError(`${path} exports no "experiment"`);
  return module.experiment;
}

/** By what a worker finds the experiment: its name, or the bundle of the user's file, which it need not build again. */
export const forWorkers = async (name: string): Promise<string> => (isFile(name) ? built(resolve(name)) : name);

/** The experiment that `forWorkers` told of. */
export const experimentForWorker = (name: string): Promise<Experiment> => (isFile(name) ? load(name, name) : experimentOf(name));

const isFile = (name: string): boolean => /\.[cm]?[tj]s$/.test(name);

/** The experiment called `name`, or in the file `name`. Throws UsageError. */
export async function experimentOf(name: string): Promise<Experiment> {
  const known = experiments.find((e) => e.name === name) ?? onlyOne(name);
  if (known !== undefined) return known;
  if (isFile(name)) {
    if (!existsSync(name)) throw new UsageError(`there is no file ${name}`);
    return load(name, await built(resolve(name)));
  }
  throw new UsageError(`no experiment "${name}"; npm run lab -- list shows them`);
}

/** By what `replay` finds an experiment that was asked for as `name`: a user's file by its path. */
export const replayName = (name: string, experiment: Experiment): string => (name.includes("/") ? name : experiment.name);

/** "e01" is enough for "e01-leak". */
function onlyOne(name: string): Experiment | undefined {
  const [found, another] = experiments.filter((e) => e.name.startsWith(`${name}-`));
  return another === undefined ? found : undefined;
}
