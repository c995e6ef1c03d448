import { expect } from "chai";
import fc from "fast-check";
import { fromSeconds, parseDate, strftime, toSeconds } from "../../../boot/root/lib/calendar.ts";
import { fnmatch, isPattern, quotePattern, unquotePattern } from "../../../boot/root/lib/fnmatch.ts";
import { inColumns } from "../../../boot/root/lib/columns.ts";
import { modeString, parseMode } from "../../../boot/root/lib/mode.ts";
import { parseOptions, UsageError } from "../../../boot/root/lib/options.ts";
import { directoryPart, join, lastComponent } from "../../../boot/root/lib/path.ts";
import { regex, RegexError } from "../../../boot/root/lib/regex.ts";

describe("patterns of the shell", () => {
  it("match as POSIX says", () => {
    const yes: readonly (readonly [string, string])[] = [["*", ""], ["a*c", "abc"], ["?", "ü"], ["[a-c]x", "bx"], ["[!a]b", "cb"], ["[]]", "]"], ["[a-]", "-"], ["\\*", "*"], ["[[:digit:]]*", "7x"], ["[", "["], ["a[", "a["]];
    const no: readonly (readonly [string, string])[] = [["?", ""], ["a*c", "abd"], ["[!a]", "a"], ["\\*", "x"], ["[[:alpha:]]", "1"], ["abc", "abcd"], ["[z-a]", "b"]];
    for (const [pattern, name] of yes) expect(fnmatch(pattern, name), `${pattern} ${name}`).to.equal(true);
    for (const [pattern, name] of no) expect(fnmatch(pattern, name), `${pattern} ${name}`).to.equal(false);
  });
  it("quoted text matches itself and nothing else", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const pattern = quotePattern(text);
        expect(isPattern(pattern)).to.equal(false);
        expect(unquotePattern(pattern)).to.equal(text);
        expect(fnmatch(pattern, text)).to.equal(true);
        expect(fnmatch(pattern, other)).to.equal(other === text);
      }),
    );
  });
});

describe("regular expressions of POSIX", () => {
  it("basic ones: braces, groups and alternatives take a backslash", () => {
    const yes: readonly (readonly [string, string])[] = [["^ab*c$", "ac"], ["a\\{2\\}", "aa"], ["\\(a\\)\\1", "aa"], ["a+", "a+"], ["*a", "*a"], ["a\\|b", "b"], ["[[:upper:]]", "Q"], ["\\.", "."], ["a$b", "a$b"], ["a**", "aaa"], ["[\\]", "\\"]];
    for (const [pattern, text] of yes) expect(regex(pattern, "basic").test(text), pattern).to.equal(true);
    expect(regex("a+", "basic").test("aa")).to.equal(false);
    expect(regex("\\.", "basic").test("x")).to.equal(false);
  });
  it("extended ones", () => {
    for (const [pattern, text] of [["^(foo|bar)+$", "foobar"], ["a{2,3}", "aaa"], ["x?y", "y"], ["(a)(b)\\2", "abb"], ["\\<w", "a w"]] as const) expect(regex(pattern, "extended").test(text), pattern).to.equal(true);
    expect(regex("^a{2}$", "extended").test("aaa")).to.equal(false);
  });
  it("faults are named", () => {
    for (const [pattern, kind] of [["\\(", "basic"], ["[a", "basic"], ["(a", "extended"], ["a\\", "basic"], ["\\1", "basic"]] as const) expect(() => regex(pattern, kind), pattern).to.throw(RegexError);
  });
  it("a fixed string finds itself, whatever is in it", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (text, around) => regex(text, "fixed").test(around + text + around)));
  });
  it("every pattern is one or a RegexError, never another", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "*", "\\(", "\\)", "[", "]", "(", ")", "{", "}", "1", ",", "+", "?", "|", "^", "$", "\\", ".", "-", "[:digit:]")), fc.constantFrom("basic", "extended"), (parts, kind) => {
        try {
          regex(parts.join(""), kind as "basic" | "extended");
        } catch (e) {
          expect(e).to.be.instanceOf(RegexError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the calendar", () => {
  it("is that of the world outside", () => {
    fc.assert(
      fc.property(fc.integer({ min: -8e9, max: 3e10 }), (seconds) => {
        const d = new Date(seconds * 1000);
        const t = fromSeconds(seconds);
        expect([t.year, t.month, t.day, t.hour, t.minute, t.second, t.weekday]).to.deep.equal([d.getUTCFullYear(), d.getUTCMonth() + 1, d.getUTCDate(), d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds(), d.getUTCDay()]);
        expect(toSeconds(t)).to.equal(seconds);
      }),
    );
  });
  it("reads the dates that it writes", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4e9 }), (seconds) => parseDate(strftime("%F %T", seconds), 0) === seconds && parseDate(`@${seconds}`, 0) === seconds));
  });
  it("understands what people say", () => {
    const now = toSeconds({ year: 2026, month: 3, day: 1, hour: 12, minute: 0, second: 0 });
    expect(parseDate("yesterday", now)).to.equal(now - 86400);
    expect(parseDate("2 days ago", now)).to.equal(now - 2 * 86400);
    expect(strftime("%F", parseDate("24 Nov 2026", now) ?? 0)).to.equal("2026-11-24");
    expect(parseDate("someday", now)).to.equal(undefined);
  });
});

describe("modes", () => {
  const apply = (text: string, mode: number, directory = false, umask = 0o22): number | undefined => parseMode(text)?.(mode, directory, umask);
  it("are read in octal and in letters", () => {
    expect(apply("644", 0o100777)).to.equal(0o100644);
    expect(apply("u+x,go-r", 0o644)).to.equal(0o700);
    expect(apply("a=r", 0o777)).to.equal(0o444);
    expect(apply("+w", 0o444)).to.equal(0o644);
    expect(apply("g=u", 0o700)).to.equal(0o770);
    expect(apply("X", 0o644)).to.equal(undefined);
    expect(apply("a+X", 0o644)).to.equal(0o644);
    expect(apply("a+X", 0o744)).to.equal(0o755);
    expect(apply("u+s,+t", 0o755)).to.equal(0o5755);
    expect(apply("rw", 0)).to.equal(undefined);
  });
  it("are shown as ls does", () => {
    expect([0o040755, 0o104755, 0o102644, 0o041777, 0o120777, 0o020600].map(modeString)).to.deep.equal(["drwxr-xr-x", "-rwsr-xr-x", "-rw-r-Sr--", "drwxrwxrwt", "lrwxrwxrwx", "crw-------"]);
  });
});

describe("file names", () => {
  it("a name is its directory and its last component", () => {
    const name = fc.array(fc.constantFrom("a", "bc", "..", ".x", "/"), { minLength: 1, maxLength: 6 }).map((p) => p.join("/"));
    fc.assert(fc.property(name, (path) => join(directoryPart(path), lastComponent(path)).replace(/\/+/g, "/").replace(/^\.\//, "") === (path.replace(/\/+/g, "/").replace(/(?<=.)\/$/, "") || "/").replace(/^\.\//, "") || lastComponent(path) === "/"));
  });
});

describe("options", () => {
  const table = { letters: "ab:c", long: { all: "a", "block-size": "b", brief: "c" } };
  it("are understood as getopt does", () => {
    const o = parseOptions(["-ac", "x", "-bV", "-b", "W", "--block=Z", "y", "--", "-a"], table);
    expect(o.given).to.deep.equal([{ name: "a", value: "" }, { name: "c", value: "" }, { name: "b", value: "V" }, { name: "b", value: "W" }, { name: "b", value: "Z" }]);
    expect(o.operands).to.deep.equal(["x", "y", "-a"]);
    expect(parseOptions(["x", "-a"], { letters: "+a" }).operands).to.deep.equal(["x", "-a"]);
    expect(parseOptions(["-"], table).operands).to.deep.equal(["-"]);
  });
  it("or refused with a reason", () => {
    const reason = (args: readonly string[]): string => {
      try {
        parseOptions(args, table);
        return "";
      } catch (e) {
        return e instanceof UsageError ? e.message : "?";
      }
    };
    expect([["-z"], ["-b"], ["--nosuch"], ["--b"], ["--all=1"], ["--block-size"]].map(reason)).to.deep.equal(["invalid option -- 'z'", "option requires an argument -- 'b'", "unrecognized option '--nosuch'", "option '--b' is ambiguous", "option '--all' doesn't allow an argument", "option '--block-size' requires an argument"]);
  });
});

describe("columns", () => {
  it("hold every name once, and fit", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 100 }), fc.boolean(), (names, total, across) => {
        const lines = inColumns(names, total, across);
        expect(lines.flatMap((l) => l.split(/ +/)).sort()).to.deep.equal([...names].sort());
        if (lines.length < names.length) for (const line of lines) expect(line.length).to.be.at.most(total);
      }),
    );
  });
});
