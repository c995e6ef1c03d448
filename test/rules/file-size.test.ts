import ts from "typescript";
import { expect } from "chai";
import { ownSources, type Source } from "./sources.ts";

const lines = (s: Source): number => s.text.split("\n").length - 1;
const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

/** Length in lines of every function with a body, by where it stands. */
function functions(s: Source): readonly { readonly at: string; readonly lines: number }[] {
  const file = ts.createSourceFile(s.path, s.text, ts.ScriptTarget.ES2023, true);
  const found: { at: string; lines: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body) {
      const from = file.getLineAndCharacterOfPosition(node.getStart()).line;
      found.push({ at: `${s.path}:${from + 1}`, lines: file.getLineAndCharacterOfPosition(node.end).line - from + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

describe("sizes (style.md §1)", () => {
  it("no file is above 400 lines", () => {
    expect(ownSources().filter((s) => lines(s) > 400).map((s) => `${s.path}: ${lines(s)}`)).to.deep.equal([]);
  });
  it("the median file is at most 150 lines", () => {
    expect(median(ownSources().map(lines))).to.be.at.most(150);
  });
  it("no function is above 60 lines, the median at most 12", () => {
    const all = ownSources().flatMap(functions);
    expect(all.filter((f) => f.lines > 60).map((f) => `${f.at}: ${f.lines}`)).to.deep.equal([]);
    expect(median(all.map((f) => f.lines))).to.be.at.most(12);
  });
  it("no file is called utils, helpers, common or types", () => {
    const wrong = ownSources().filter((s) => /(^|\/)(utils?|helpers?|common|types)\.ts$/.test(s.path)).map((s) => s.path);
    expect(wrong).to.deep.equal([]);
  });
});
