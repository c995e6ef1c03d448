/** Builds a module of the bench by esbuild with the kernel's tap in it, or compiled out: what a check for listeners costs when nobody listens. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";
import { root } from "../place.ts";

/** Where the kernel asks whether somebody listens, and what stands there when nobody ever can. */
const checks: readonly (readonly [RegExp, string])[] = [
  [/[\w.]+\.observer\?\.(sent|received)\(/g, "(null as any)?.$1("],
  [/[\w.]+\.rights\?\.(changed|died)\(/g, "(null as any)?.$1("],
  [/const \{ rights \} = this\.realm;/g, "const rights = null as any;"],
  [/[\w.]*\btap\.(listening|rights|schedule)\b/g, "false"],
];

/** The text of a kernel module without its checks, and how many there were. */
export function withoutTap(text: string): { readonly text: string; readonly checks: number } {
  let count = 0;
  let out = text;
  for (const [pattern, instead] of checks)
    out = out.replace(pattern, (_match, word: string) => {
      count++;
      return instead.replace("$1", word);
    });
  return { text: out, checks: count };
}

/** Compiles the checks out of the modules of the kernel. */
function plugin(removed: { checks: number }): Plugin {
  return {
    name: "without-tap",
    setup(build) {
      build.onLoad({ filter: /[\\/]mach[\\/](ipc|kern)[\\/][^\\/]+\.ts$/ }, ({ path }) => {
        const { text, checks: count } = withoutTap(readFileSync(path, "utf8"));
        removed.checks += count;
        return { contents: text, loader: "ts" };
      });
    },
  };
}

/** Loads the module at `path`, from the project's folder, as a bundle of its own; with or without the tap. Throws when there was nothing to leave out. */
export async function bundled(path: string, tap: boolean): Promise<unknown> {
  const { build } = await import("esbuild");
  const outfile = `${mkdtempSync(`${tmpdir()}/hurdsim-bench-`)}/${tap ? "with" : "without"}.mjs`;
  const removed = { checks: 0 };
  await build({
    ...{ absWorkingDir: root, entryPoints: [path], outfile, bundle: true, format: "esm", platform: "node", target: "node20", minify: true, logLevel: "silent" },
    define: { "process.env.CBOR_NATIVE_ACCELERATION_DISABLED": '"true"' },
    banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
    plugins: tap ? [] : [plugin(removed)],
    external: ["tinybench"],
  });
  if (!tap && removed.checks === 0) throw new Error("no check of the tap was found in the kernel");
  return import(pathToFileURL(outfile).href);
}
