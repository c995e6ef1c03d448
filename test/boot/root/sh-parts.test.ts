import { expect } from "chai";
import fc from "fast-check";
import { arithmetic } from "../../../boot/root/bin/sh/arith.ts";
import { splitLine } from "../../../boot/root/bin/sh/builtins/read.ts";
import { normalise } from "../../../boot/root/bin/sh/builtins/directory.ts";
import { sharedPrefix } from "../../../boot/root/bin/sh/complete.ts";
import { ShellError } from "../../../boot/root/bin/sh/control.ts";
import { Fields } from "../../../boot/root/bin/sh/fields.ts";
import type { Key } from "../../../boot/root/bin/sh/keys.ts";
import { LineBuffer } from "../../../boot/root/bin/sh/line-buffer.ts";
import { programs } from "../../../boot/root/programs.ts";
import { Variables } from "../../../boot/root/bin/sh/variables.ts";
import { FakeSystem } from "./fake-system.ts";

const nothing = { get: () => undefined, set: () => undefined };

describe("the shell's arithmetic", () => {
  /** Expressions with their value, by BigInt. */
  interface Valued {
    readonly text: string;
    readonly value: bigint;
  }
  const wrap = (n: bigint): bigint => BigInt.asIntN(64, n);
  const binary: readonly (readonly [string, (a: bigint, b: bigint) => bigint])[] = [
    ["+", (a, b) => wrap(a + b)],
    ["-", (a, b) => wrap(a - b)],
    ["*", (a, b) => wrap(a * b)],
    ["&", (a, b) => a & b],
    ["|", (a, b) => a | b],
    ["^", (a, b) => a ^ b],
    ["<", (a, b) => (a < b ? 1n : 0n)],
    ["==", (a, b) => (a === b ? 1n : 0n)],
    ["&&", (a, b) => (a !== 0n && b !== 0n ? 1n : 0n)],
    ["||", (a, b) => (a !== 0n || b !== 0n ? 1n : 0n)],
  ];
  const { expression } = fc.letrec<{ expression: Valued }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 5 },
      fc.bigInt({ min: 0n, max: 2n ** 62n }).map((value) => ({ text: String(value), value })),
      fc.tuple(tie("expression"), fc.constantFrom(...binary), tie("expression")).map(([a, [op, f], b]) => ({ text: `(${a.text} ${op} ${b.text})`, value: f(a.value, b.value) })),
      fc.tuple(fc.constantFrom("-", "~", "!"), tie("expression")).map(([op, a]) => ({ text: `${op}(${a.text})`, value: op === "-" ? wrap(-a.value) : op === "~" ? ~a.value : a.value === 0n ? 1n : 0n })),
      fc.tuple(tie("expression"), tie("expression"), tie("expression")).map(([c, a, b]) => ({ text: `(${c.text} ? ${a.text} : ${b.text})`, value: c.value !== 0n ? a.value : b.value })),
    ),
  }));
  it("is that of 64-bit integers", () => {
    fc.assert(fc.property(expression, ({ text, value }) => arithmetic(text, nothing) === value));
  });
  it("binds operators as C does", () => {
    const same = (text: string, value: number): void => {
      expect(arithmetic(text, nothing), text).to.equal(BigInt(value));
    };
    same("1+2*3", 7);
    same("10-4-3", 3);
    same("1<<2+1", 8);
    same("1|2^3&4", 3);
    same("2+3<4||5==5", 1);
    same("1?2:0?3:4", 2);
    same("-7/2", -3);
    same("-7%3", -1);
    same("0x1F+010", 39);
    same("!0+~0", 0);
  });
  it("does not do what is not chosen", () => {
    const set: string[] = [];
    const watch = { get: () => "1", set: (n: string) => void set.push(n) };
    expect(arithmetic("0 && (a=1/0)", watch)).to.equal(0n);
    expect(arithmetic("1 || (b=2)", watch)).to.equal(1n);
    expect(arithmetic("1 ? (c=3) : (d=4)", watch)).to.equal(3n);
    expect(set).to.deep.equal(["c"]);
  });
  it("reports faults as the shell's errors", () => {
    for (const text of ["1/0", "1 +", "(1", "1 2", "a b", "08", "1 ? 2", "@"]) expect(() => arithmetic(text, nothing), text).to.throw(ShellError);
  });
});

describe("field splitting", () => {
  const split = (text: string, ifs?: string): readonly string[] => {
    const fields = new Fields(ifs);
    fields.split(text);
    return fields.finish().map((f) => f.map((x) => x.text).join(""));
  };
  it("white space separates, other separators delimit", () => {
    expect(split("  a  b ")).to.deep.equal(["a", "b"]);
    expect(split("a:b::c:", ":")).to.deep.equal(["a", "b", "", "c"]);
    expect(split(" a : b::c ", " :")).to.deep.equal(["a", "b", "", "c"]);
    expect(split(":a", ":")).to.deep.equal(["", "a"]);
    expect(split("a b", "")).to.deep.equal(["a b"]);
  });
  it("with white space only, the words come back", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,4}$/)), (words) => {
        expect(split(` ${words.join("  ")}\n`)).to.deep.equal(words);
      }),
    );
  });
  it("read gives the last variable the rest", () => {
    const line = (text: string): Parameters<typeof splitLine>[0] => [...text].map((c) => ({ text: c, quoted: false }));
    expect(splitLine(line("a b  c d "), " \t\n", 2)).to.deep.equal(["a", "b  c d"]);
    expect(splitLine(line("1,2,3,4"), ",", 3)).to.deep.equal(["1", "2", "3,4"]);
    expect(splitLine(line("a:"), ":", 1)).to.deep.equal(["a"]);
    expect(splitLine(line("  x  "), " ", 1)).to.deep.equal(["x"]);
  });
});

describe("variables", () => {
  it("a subshell's copy is its own", () => {
    const v = new Variables();
    v.set("a", "1");
    const copy = v.copy();
    copy.set("a", "2");
    copy.set("b", "3");
    expect([v.get("a"), v.get("b"), copy.get("a")]).to.deep.equal(["1", undefined, "2"]);
  });
  it("local ones come back, readonly ones stay", () => {
    const v = new Variables();
    v.set("a", "1");
    v.enter();
    v.local("a");
    v.set("a", "2");
    v.leave();
    expect(v.get("a")).to.equal("1");
    v.mark("a", "readonly");
    expect(() => v.set("a", "3")).to.throw("a: is read only");
    expect(() => v.unset("a")).to.throw("a: is read only");
  });
});

describe("names of directories and completion", () => {
  it("normalise removes . and ..", () => {
    expect(["/a/./b/../c", "/..", "//a//b/", "/a/../.."].map(normalise)).to.deep.equal(["/a/c", "/", "/a/b", "/"]);
  });
  it("the shared prefix is the longest", () => {
    expect(sharedPrefix(["abc", "abd", "ab"])).to.equal("ab");
    expect(sharedPrefix(["x"])).to.equal("x");
    expect(sharedPrefix([])).to.equal("");
  });
});

describe("the line buffer", () => {
  const keys: readonly Key[] = ["left", "right", "home", "end", "backspace", "delete", "C-k", "C-u", "C-w", "C-t", "M-b", "M-f", "M-d", "M-backspace", { text: "a" }, { text: " " }, { text: "ü" }, { text: "🙂" }];
  it("keeps its cursor in the text and whole characters, whatever is typed", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...keys)), (typed) => {
        const b = new LineBuffer();
        for (const key of typed) {
          const before = b.text.length;
          const killed = b.key(key);
          if (killed !== undefined) expect(b.text.length).to.equal(before - killed.length);
          expect(b.at).to.be.within(0, b.text.length);
        }
      }),
    );
  });
  it("edits as emacs does", () => {
    const typed = (...list: readonly (Key | string)[]): string => {
      const b = new LineBuffer();
      for (const k of list) b.key(typeof k === "string" && k.startsWith("=") ? { text: k.slice(1) } : (k as Key));
      return `${b.text.slice(0, b.at)}|${b.text.slice(b.at)}`;
    };
    expect(typed("=one two three", "C-w", "C-w")).to.equal("one |");
    expect(typed("=one two", "M-b", "C-k")).to.equal("one |");
    expect(typed("=abc", "left", "C-t")).to.equal("acb|");
    expect(typed("=abc", "home", "delete", "end", "=d")).to.equal("bcd|");
    expect(typed("=a.b/c", "M-backspace")).to.equal("a.b/|");
    expect(typed("=one two", "home", "M-f", "=X", "C-u")).to.equal("| two");
  });
});

describe("commands from standard input", () => {
  const piped = (text: string): string => new FakeSystem(programs).run(["sh"], text).out;
  it("are run line by line, and may read what follows", () => {
    expect(piped("read x\nsome words\necho $x\n")).to.equal("some words\n");
    expect(piped("cat <<E\n1\nE\necho 2")).to.equal("1\n2\n");
    expect(piped("if true\nthen echo a\nfi; echo b \\\nc\n")).to.equal("a\nb c\n");
  });
  it("a here-document may end with the input", () => {
    expect(piped("cat <<E\nno end\n")).to.equal("no end\n");
    expect(piped("cat <<E\n")).to.equal("");
  });
});
