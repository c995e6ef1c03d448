import { expect } from "chai";
import { preprocess } from "../../../../mach/mig/defs/preprocess.ts";
import { complaint as complaintOf, filesOf, read } from "./read-text.ts";

const out = (text: string, texts: Readonly<Record<string, string>> = {}, defines: Readonly<Record<string, string>> = {}): string =>
  preprocess("a.defs", text, { files: filesOf(texts), defines: new Map(Object.entries(defines)) })
    .map((t) => t.text)
    .join(" ");

const complaint = (text: string, texts: Readonly<Record<string, string>> = {}): string => {
  try {
    return out(text, texts);
  } catch (e) {
    return (e as Error).message;
  }
};

describe("the preprocessor of interface files", () => {
  it("takes comments away and joins spliced lines", () => {
    expect(out("a /* b\n c */ d // e\nf\\\ng h")).to.equal("a d fg h");
    expect(complaint("a\n b /* c")).to.equal("a.defs:2: a comment has no end");
  });

  it("replaces macros with and without parameters, and never by themselves", () => {
    expect(out("#define out /* empty */\n#define routine simpleroutine\nroutine r(out a)")).to.equal("simpleroutine r ( a )");
    expect(out("#define T(a, b) a ## _t : b\nT(x, (y, z))")).to.equal("x_t : ( y , z )");
    expect(out("#define f (x)\nf")).to.equal("( x )");
    expect(out("#define a b\n#define b a\na b")).to.equal("a b");
    expect(out("#define f(x) f(x) x\nf(f(1))")).to.equal("f ( f ( 1 ) 1 ) f ( 1 ) 1");
    expect(out("#define N() 3\nN() N")).to.equal("3 N");
    expect(out("#define A 1\n#undef A\nA")).to.equal("A");
    expect(complaint("#define F(a) a\nF(1, 2)")).to.equal("a.defs:2: F takes 1 arguments and is given 2");
    expect(complaint("#define F(a) a\nF(1")).to.equal("a.defs:2: the call of F has no closing parenthesis");
  });

  it("knows a macro from the command line, and a 32-bit x86", () => {
    expect(out("NAME", {}, { NAME: "a b" })).to.equal("a b");
    expect(out("#ifdef __i386__\ny\n#else\nn\n#endif")).to.equal("y");
  });

  const conditions: Readonly<Record<string, boolean>> = {
    "defined X": false,
    "defined(A) && !defined (X)": true,
    X: false,
    "A + 1 == 2": true,
    "A ? 0 : 1": false,
    "1 + 2 * 3 == 7 && 10 - 2 - 3 == 5": true,
    "'f' == 102 && 0x10 == 16 && 010 == 8 && 3UL == 3": true,
    "(1 << 4 | 3) == 19 && ~0 == -1 && 7 % 4 == 3 && (6 & 3) == 2 && (6 ^ 3) == 5": true,
    "!A || 2 <= 1": false,
  };
  for (const [text, value] of Object.entries(conditions)) {
    it(`finds #if ${text} ${value ? "true" : "false"}`, () => {
      expect(out(`#define A 1\n#if ${text}\ny\n#else\nn\n#endif`)).to.equal(value ? "y" : "n");
    });
  }

  it("takes one branch of a conditional, and none within text that does not count", () => {
    expect(out("#if 0\na\n#elif 1\nb\n#elif 1\nc\n#else\nd\n#endif")).to.equal("b");
    expect(out("#if 0\n#if 1\na\n#else\nb\n#endif\n#error no\n#nonsense\n#else\nc\n#endif")).to.equal("c");
    expect(out("#ifndef X\na\n#endif\n#ifdef X\nb\n#endif")).to.equal("a");
  });

  it("includes files, and says at which line it cannot", () => {
    expect(out('#include <x/y.defs>\n#include "z"\nb', { "x/y.defs": "#ifndef Y\n#define Y\na\n#endif\n", z: "Y" })).to.equal("a b");
    expect(out("#define F <x>\n#include F", { x: "a" })).to.equal("a");
    expect(out("#include <mach/machine/m.defs>", { "mach/i386/m.defs": "m" })).to.equal("m");
    expect(out("#include <bits/utsname.h>\n_UTSNAME_LENGTH")).to.equal("1024");
    expect(complaint("a\n#include <no.defs>")).to.equal("a.defs:2: cannot find no.defs");
    expect(complaint("#include <a>", { a: "\n#include <a>" })).to.equal("a:2: a includes itself");
  });

  const wrong: Readonly<Record<string, string>> = {
    "#if 1\na": "a.defs:1: this conditional has no #endif",
    "#endif": "a.defs:1: #endif without #if",
    "#else": "a.defs:1: #else without #if",
    "#if 1\n#else\n#else\n#endif": "a.defs:3: #else without #if",
    "#if 1 +\n#endif": "a.defs:1: #if: an operand is missing",
    "#if 1 / 0\n#endif": "a.defs:1: #if: division by zero",
    "#if (1\n#endif": "a.defs:1: #if: ) is missing",
    "#if 1 2\n#endif": "a.defs:1: #if: unexpected 2",
    "#error so it is": "a.defs:1: #error so it is",
    "#nonsense": "a.defs:1: unknown directive #nonsense",
    "#define 1": "a.defs:1: #define wants a name",
    "#define F(1) 2": "a.defs:1: the parameters of F are not names with commas between",
    "#ifdef": "a.defs:1: #ifdef wants a name",
    "#include x": 'a.defs:1: #include wants "FILE" or <FILE>',
  };
  for (const [text, message] of Object.entries(wrong)) {
    it(`says ${message.slice(8)}`, () => {
      expect(complaint(text)).to.equal(message);
    });
  }

  it("stops a macro that grows without measure, and parentheses without end", () => {
    const bomb = Array.from({ length: 40 }, (_, i) => `#define a${i + 1} a${i} a${i}`).join("\n");
    expect(complaint(`${bomb}\na40`)).to.match(/^a\.defs:41: the macro \w+ grows too large$/);
    expect(complaint(`#if ${"(".repeat(100000)}1\n#endif`)).to.equal("a.defs:1: #if: nested too deep");
    expect(complaint(`#if ${"!".repeat(100000)}1\n#endif`)).to.equal("a.defs:1: #if: nested too deep");
    expect(complaint(`#define f(x) x x\n${"f(".repeat(1000)}1${")".repeat(1000)}`)).to.match(/^a\.defs:2: /);
  });

  it("knows the system's types where its files are not, and takes a file that is there first", () => {
    const text = `#include <hurd/hurd_types.defs>
#include <mach/std_types.defs>
subsystem s 5000; INTR_INTERFACE
routine a(f: file_t; RPT in name: string_t; ids: idarray_t; out port: mach_port_send_t; out data: data_t SCP);`;
    const { routines } = read(text);
    expect(routines[0]?.arguments.map(({ name, direction, type }) => `${direction} ${name} ${type.received.value}*${type.bits}`)).to.deep.equal([
      ...["requestport f 17*32", "in name 12*8", "in ids 2*32", "out port 17*32", "out data 8*8"],
    ]);
    expect(complaintOf(text, { "hurd/hurd_types.defs": "type file_t = int;" })).to.equal("a.defs:3: expected a statement, found INTR_INTERFACE");
  });
});
