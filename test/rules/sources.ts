/** Our own source files, for the rules that read them. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** One source file: its path from the top, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

let cache: readonly Source[] | undefined;

/** Every TypeScript file that git knows or would add. */
export function sources(): readonly Source[] {
  cache ??= execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts"], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((path) => path !== "")
    .flatMap((path) => {
      try {
        return [{ path, text: readFileSync(root + path, "utf8") }];
      } catch {
        return []; // deleted in the work tree, still in the index
      }
    });
  return cache;
}

/** The same without tests. */
export const ownSources = (): readonly Source[] => sources().filter((s) => !s.path.startsWith("test/"));

/** The modules that a file imports, as written, without type-only ones when `values` is set. */
export function imports({ text }: Source, values = false): readonly string[] {
  const found: string[] = [];
  for (const m of text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"/gm)) if (!(values && m[1])) found.push(m[2] ?? "");
  for (const m of text.matchAll(/^import\s+"([^"]+)"/gm)) found.push(m[1] ?? "");
  for (const m of text.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g)) found.push(m[1] ?? "");
  return found;
}
