/** Where the bench is, as a bundle in dist/ or as source. */
import { spawnSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The project's folder, with a slash at its end. This file lies in bench/, its bundle in dist/. */
export const root = fileURLToPath(new URL("..", import.meta.url));

const bundled = !import.meta.url.endsWith(".ts");

/** The arguments of a Node with `flags` that runs the part `name` (child.ts); it prints one JSON value. */
export function childCommand(name: string, flags: readonly string[]): readonly string[] {
  const main = pathToFileURL(`${root}${bundled ? "dist/bench.mjs" : "bench/main.ts"}`).href;
  const text = `const { main } = await import(${JSON.stringify(main)}); process.exitCode = await main(["--child", ${JSON.stringify(name)}]);`;
  return [...flags, ...(bundled ? [] : ["--import", "tsx"]), "--input-type=module", "-e", text];
}

/** What the child part `name` prints in a Node of its own, parsed. Throws with what it said when it fails. */
export function inChild(name: string, flags: readonly string[] = []): unknown {
  const { status, stdout, stderr } = spawnSync(process.execPath, childCommand(name, flags), { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`${name} in a process of its own failed: ${stderr.trim().split("\n").at(-1) ?? ""}`);
  return JSON.parse(stdout);
}
