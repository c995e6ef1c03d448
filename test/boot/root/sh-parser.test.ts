import { expect } from "chai";
import fc from "fast-check";
import { parseText } from "../../../boot/root/bin/sh/parser.ts";
import { ShellSyntaxError } from "../../../boot/root/bin/sh/lexer.ts";
import { ours, theirs } from "./sh-parser-oracle.ts";

const oneOf = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const joined = (...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc.tuple(...parts.map((p) => (typeof p === "string" ? fc.constant(p) : p))).map((texts) => texts.join(""));

/** Shell programs, by the grammar: most are right. */
const { program } = fc.letrec<Readonly<Record<"program" | "list" | "andOr" | "pipeline" | "command" | "simple" | "compound" | "word" | "inner" | "redirection", string>>>((tie) => {
  const some = (a: fc.Arbitrary<string>, separator: string, most = 3): fc.Arbitrary<string> => fc.array(a, { minLength: 1, maxLength: most }).map((x) => x.join(separator));
  const end = oneOf("; ", "\n", " & ");
  return {
    program: joined(oneOf("", "", "g() { a; }\n", "f() (b | c) >f\n"), some(tie("andOr"), "\n", 2), oneOf("", "\n", " &", ";")),
    list: fc.array(joined(tie("andOr"), end), { minLength: 1, maxLength: 2 }).map((x) => x.join("")),
    andOr: fc.oneof({ maxDepth: 3 }, tie("pipeline"), joined(tie("pipeline"), oneOf(" && ", " || ", " &&\n"), tie("andOr"))),
    pipeline: joined(oneOf("", "", "", "! "), some(tie("command"), " | ", 2)),
    command: fc.oneof({ maxDepth: 3 }, tie("simple"), tie("simple"), tie("compound"), joined(tie("compound"), tie("redirection"))),
    simple: joined(oneOf("", "", "v=1 ", "v= ", 'v="$x" '), some(tie("word"), " "), fc.oneof(fc.constant(""), tie("redirection"))),
    compound: fc.oneof(
      joined("{ ", tie("list"), "}"),
      joined("( ", tie("list"), ")"),
      joined("if ", tie("list"), "then ", tie("list"), oneOf("", "else :; ", "elif a; then b; ", "elif a; then b; else c\n"), "fi"),
      joined(oneOf("while ", "until "), tie("list"), "do ", tie("list"), "done"),
      joined("for i ", oneOf("in a b; ", "in $x\n", "\n", "in; "), "do ", tie("list"), "done"),
      joined("case ", tie("word"), " in ", oneOf("", "("), tie("word"), oneOf("", " | *"), ") ", tie("list"), ";; ", oneOf("", "b) ;; "), "esac"),
    ),
    word: fc.oneof({ maxDepth: 3 }, oneOf("a", "b1", "-x", "a\\ b", "'q r'", "$v", "${v}", "${v:-d}", "${#v}", "${v##*/}", "$1", "$?", "$#", "a*", "x=1", "2a", "#a".slice(1)), tie("inner")),
    inner: fc.oneof(joined('"', oneOf("a", "$v b", "\\$ x", "${v-e f}"), oneOf("", " 'q'"), '"'), joined("$(", tie("simple"), ")"), joined('"$(', tie("simple"), ')"'), oneOf("$((1 + 2))", "$((v))", "`a b`")),
    redirection: joined(oneOf(" ", " 2"), oneOf(">", ">>", "<", "<>", ">|"), oneOf("f", "$f")).map((t) => t),
  };
});

describe("the shell's parser", () => {
  it("agrees with another parser on programs of the grammar", () => {
    fc.assert(
      fc.property(program, (text) => {
        expect(ours(text), text).to.deep.equal(theirs(text));
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it("agrees on whether a program with a word lost, doubled or misplaced is one", () => {
    const broken = fc.tuple(program, fc.nat(), oneOf("", "", ";", "&", "|", "then", "fi", "done", ")", "(", "}", "&&", "esac", "do", "<")).map(([text, at, put]) => {
      const tokens = text.split(/( |\n)/);
      const i = (at % Math.ceil(tokens.length / 2)) * 2;
      return [...tokens.slice(0, i), put, ...tokens.slice(i + 1)].join("");
    });
    fc.assert(
      fc.property(broken, (text) => {
        fc.pre(!moreLenient(text));
        expect(ours(text) === "error", text).to.equal(theirs(text) === "error");
      }),
      { numRuns: 200, seed: 11 },
    );
  });

  it("says where and what is wrong", () => {
    const errors: readonly (readonly [string, string, boolean])[] = [
      ["fi", '"fi" unexpected', false],
      ["a ;; b", '";;" unexpected', false],
      ["echo a\nif b; then\nfi", '"fi" unexpected', false],
      ["while x", 'end of file unexpected (expecting "do")', true],
      ["(", "end of file unexpected", true],
      ["echo 'a", "Unterminated quoted string", true],
      ["cat <", "end of file unexpected", true],
      ["for 1 in a; do :; done", "Bad for loop variable", false],
      ["a-b() { :; }", "Bad function name", false],
    ];
    for (const [text, message, incomplete] of errors) {
      try {
        parseText(text);
        expect.fail(`${text} was taken`);
      } catch (e) {
        if (!(e instanceof ShellSyntaxError)) throw e;
        expect([e.message, e.incomplete], text).to.deep.equal([message, incomplete]);
      }
    }
  });

  it("reads here-documents after the line that names them, each in its place", () => {
    const [first, second] = parseText("cat <<A <<'B'\n$x\nA\n$y\nB\nnext");
    const targets = first?.command.kind === "simple" ? first.command.redirections.map((r) => r.target.parts) : [];
    expect(targets).to.deep.equal([[{ kind: "parameter", name: "x", op: "", word: { parts: [] } }, { kind: "text", text: "\n" }], [{ kind: "quoted", text: "$y\n" }]]);
    expect(second?.text).to.equal("next");
  });

  it("replaces aliases where a command may stand, and none inside itself", () => {
    const aliases = new Map([
      ["ls", "ls -F"],
      ["e", "echo "],
      ["w", "word"],
    ]);
    const words = (text: string): readonly string[] =>
      parseText(text, aliases).flatMap(({ command }) => (command.kind === "simple" ? command.words.map((w) => w.parts.map((p) => ("text" in p ? p.text : "?")).join("")) : []));
    expect(words("ls x; echo ls")).to.deep.equal(["ls", "-F", "x", "echo", "ls"]);
    expect(words("e w w")).to.deep.equal(["echo", "word", "w"]);
    expect(words("\\ls")).to.deep.equal(["ls"]);
  });
});

/** Texts that one of the two takes and POSIX leaves open: any command as a function's body, a function named like a reserved word. */
const moreLenient = (text: string): boolean => /\(\)\s*(?![{(\s])|\(\s+\)|\w\(|\$\(\(|\(\(|[;&]\s*\)\s*\{|in\s*\)|\|\s*\)|\($|#/.test(text);
