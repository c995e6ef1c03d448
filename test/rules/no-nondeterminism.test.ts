import { expect } from "chai";
import { imports, ownSources } from "./sources.ts";

/** Where one seed must give one history (design.md rule 5). The host's side of boot is the adapter. */
const deterministic = (path: string): boolean => /^(mach|servers|glibc-shim)\//.test(path) || path.startsWith("boot/root/");

/** Code without comments and strings, so that a word in a text is no offence. */
const bare = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/\/\/.*$/gm, " ")
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');

const forbidden: readonly (readonly [string, RegExp])[] = [
  ["the host's clock", /\bDate\b|\bperformance\s*\./],
  ["the host's chance", /\bMath\.random\b|\bcrypto\b/],
  ["timers", /\b(setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame)\b/],
  ["promises", /\bPromise\b|\basync\b|\bawait\b/],
  ["the console", /\bconsole\.(log|error|warn|info|debug)\b/],
  ["a global object of the host", /\b(process\.(env|argv|std\w+|exit|hrtime)|globalThis|window\.|document\.)/],
  ["the dates of Intl or the locale", /\bIntl\b|toLocale\w*\(|localeCompare/],
];

describe("one seed, one history", () => {
  for (const [what, pattern] of forbidden) {
    it(`no module of the system uses ${what}`, () => {
      const wrong = ownSources().filter((s) => deterministic(s.path) && pattern.test(bare(s.text))).map((s) => s.path);
      expect(wrong).to.deep.equal([]);
    });
  }

  it("no module of the system imports from node:", () => {
    const wrong = ownSources().filter((s) => deterministic(s.path) && imports(s).some((i) => i.startsWith("node:"))).map((s) => s.path);
    expect(wrong).to.deep.equal([]);
  });

  it("no program or server keeps mutable state at module level", () => {
    const wrong = ownSources()
      .filter((s) => /^(servers|glibc-shim|boot\/root)\//.test(s.path))
      .flatMap((s) => [...s.text.matchAll(/^(?:export )?let .*/gm)].map((m) => `${s.path}: ${m[0]}`));
    expect(wrong).to.deep.equal([]);
  });
});
