import { posix } from "node:path";
import { expect } from "chai";
import { imports, ownSources, type Source } from "./sources.ts";

/** The rooms of the house (design.md §2), most particular first, with their rank. */
const rooms: readonly (readonly [prefix: string, rank: number])[] = [
  ["mach/", 1],
  ["servers/interfaces/", 2],
  ["glibc-shim/", 3],
  ["rpctrace/web/", 8],
  ["rpctrace/", 3],
  ["servers/lib/", 4],
  ["servers/", 5],
  ["boot/", 6],
  ["lab/", 9],
  ["bench/", 10],
];

/** What the world outside the kernel may see of `mach/` (mach/index.ts). */
const publicMach =
  /^mach\/(index|kern\/(kern-return|syscall|invariant|image)|ipc\/(names|message)|mig\/[^/]+|interfaces\/[^/]+)\.ts$/;

const roomOf = (path: string): readonly [string, number] | undefined => rooms.find(([prefix]) => path.startsWith(prefix));
/** A server is a room of its own. */
const serverOf = (path: string): string | undefined =>
  /^servers\/(?!interfaces\/|lib\/)([^/]+)\//.exec(path)?.[1];

function targets(source: Source): readonly string[] {
  return imports(source)
    .filter((to) => to.startsWith("."))
    .map((to) => posix.join(posix.dirname(source.path), to));
}

function offences(rule: (from: string, to: string) => boolean): readonly string[] {
  return ownSources().flatMap((s) => targets(s).filter((to) => !rule(s.path, to)).map((to) => `${s.path} -> ${to}`));
}

describe("the house", () => {
  it("has a room for every source file", () => {
    expect(ownSources().filter((s) => roomOf(s.path) === undefined).map((s) => s.path)).to.deep.equal([]);
  });

  it("lets a file import from its own room or a lower rank only", () => {
    const wrong = offences((from, to) => {
      const [a, b] = [roomOf(from), roomOf(to)];
      return a !== undefined && b !== undefined && (a[0] === b[0] || b[1] < a[1]);
    });
    expect(wrong).to.deep.equal([]);
  });

  it("lets no server import another", () => {
    const wrong = offences((from, to) => {
      const [a, b] = [serverOf(from), serverOf(to)];
      return a === undefined || b === undefined || a === b;
    });
    expect(wrong).to.deep.equal([]);
  });

  it("shows user space only the public face of the kernel", () => {
    const user = /^(servers|glibc-shim|boot\/root)\//;
    expect(offences((from, to) => !user.test(from) || !to.startsWith("mach/") || publicMach.test(to))).to.deep.equal([]);
  });

  it("lets rpctrace read any trace: it knows the kernel and the interfaces only", () => {
    const wrong = offences(
      (from, to) =>
        !/^rpctrace\/(?!web\/)/.test(from) || to.startsWith("rpctrace/") || to.startsWith("mach/") || to.startsWith("servers/interfaces/"),
    );
    expect(wrong).to.deep.equal([]);
  });

  it("lets programs import the C library, interfaces and one another's parts only; those that start translators, what starts them", () => {
    const wrong = offences(
      (from, to) =>
        !from.startsWith("boot/root/") ||
        !/^(boot|servers)\//.test(to) ||
        to.startsWith("boot/root/") ||
        to.startsWith("servers/interfaces/") ||
        to === "servers/lib/start-translator.ts",
    );
    expect(wrong).to.deep.equal([]);
  });
});
