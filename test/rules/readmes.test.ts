import { readFileSync } from "node:fs";
import { basename, dirname, extname } from "node:path";
import { expect } from "chai";
import { ownSources, root } from "./sources.ts";

/** Folders of which the README says how to read them, and `programs.ts` what is there: one program a file. */
const LISTED_ELSEWHERE = ["boot/root/bin"];

const readme = (folder: string): string | undefined => {
  try {
    return readFileSync(`${root}${folder}/README.md`, "utf8");
  } catch {
    return undefined;
  }
};

/** Sources in folders that have a README of their own which does not name them, with or without their ending. */
const unnamed = (paths: readonly string[]): readonly string[] =>
  paths.filter((path) => {
    const [folder, stem] = [dirname(path), basename(path, extname(path))];
    const text = LISTED_ELSEWHERE.includes(folder) ? undefined : readme(folder);
    return text !== undefined && !new RegExp(`(?<![\\w-])${stem}(?![\\w-])`).test(text);
  });

describe("READMEs", () => {
  const paths = ownSources().map((s) => s.path).filter((path) => path.includes("/"));

  it("of a folder name all its files, in reading order", () => {
    expect(unnamed(paths)).to.deep.equal([]);
  });

  it("stand in each folder that is a server, a layer or a library", () => {
    const layers = ["mach", "mach/ipc", "mach/kern", "mach/vm", "mach/device", "mach/mig", "mach/interfaces", "glibc-shim", "servers", "servers/interfaces", "servers/lib", "boot", "rpctrace", "lab", "bench"];
    const servers = paths.map(dirname).filter((folder) => /^servers\/[^/]+$/.test(folder));
    expect([...new Set([...layers, ...servers])].filter((folder) => readme(folder) === undefined)).to.deep.equal([]);
  });

  it("that do not name a file are found", () => {
    expect(unnamed(["mach/ipc/no-such-file.ts", "mach/ipc/port.ts"])).to.deep.equal(["mach/ipc/no-such-file.ts"]);
  });
});
