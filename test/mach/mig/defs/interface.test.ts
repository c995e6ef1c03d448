import { expect } from "chai";
import fc from "fast-check";
import { describe as describeInterface, msgids } from "../../../../mach/mig/defs/describe.ts";
import { define } from "../../../../mach/mig/defs/define.ts";
import { complaint, read } from "./read-text.ts";

const HEAD = "subsystem KernelServer lamp 900000;\ntype lamp_t = MACH_MSG_TYPE_COPY_SEND;\ntype ints_t = array[] of int;\n";
const LAMP = `${HEAD}
serverprefix S_;
import <lamp/types.h>;
rcsid "$Id: lamp $";
waittime 100;  nowaittime;  msgoption MACH_MSG_OPTION_NONE;
serverdemux lamp_demux;
routine lamp_get(lamp: lamp_t; out level: int);
skip 2; skip;
SimpleRoutine lamp_off(requestport lamp: lamp_t; waittime timeout: int);
routine lamp_both(sreplyport reply: lamp_t = polymorphic; lamp: lamp_t; inout level: int; out more: ints_t, dealloc);
`;

describe("interfaces from files", () => {
  it("count message ids, skips included, and give replies a hundred more", () => {
    const { routines } = read(LAMP);
    expect(routines.map((r) => [r.name, r.kind, r.id])).to.deep.equal([
      ["lamp_get", "routine", 900000],
      ["lamp_off", "simpleroutine", 900004],
      ["lamp_both", "routine", 900005],
    ]);
    expect(msgids(read(LAMP)).split("\n")[2]).to.equal("lamp 900000 lamp_both 5 900005 900105");
  });

  it("have the fields of the tables, in their order", () => {
    const json = JSON.parse(JSON.stringify(describeInterface(read(LAMP), "file", "a.defs"))) as Record<string, unknown>;
    expect(Object.keys(json)).to.deep.equal(["interface", "origin", "file", "subsystemBase", "serverPrefix", "routineCount", "routines"]);
    expect(json).to.deep.include({ interface: "lamp", subsystemBase: 900000, serverPrefix: "S_", routineCount: 3 });
    const [, off] = json["routines"] as readonly Record<string, unknown>[];
    expect(Object.keys(off ?? {})).to.deep.equal(["name", "msgid", "kind", "replyMsgid", "args"]);
    expect(off).to.deep.include({ replyMsgid: null });
    expect((off?.["args"] as readonly unknown[])[1]).to.deep.equal({ name: "timeout", dir: "waittime", migType: "int" });
  });

  it("take the first argument without a direction for the request port, others for in", () => {
    expect(read(LAMP).routines[2]?.arguments.map((a) => a.direction)).to.deep.equal(["sreplyport", "requestport", "inout", "out"]);
    expect(read(LAMP).routines[0]?.arguments.map((a) => a.direction)).to.deep.equal(["requestport", "out"]);
  });

  it("deallocate what a kernel's server sends with dealloc", () => {
    expect(read(LAMP).routines[2]?.arguments[3]?.dealloc).to.equal("yes");
  });

  it("follow conditionals, as MIG's users do with one-way variants", () => {
    const text = "#define routine simpleroutine\n#ifdef MORE\n#define ARG ; x: int\n#else\n#define ARG\n#endif\n" + HEAD + "routine a(l: lamp_t ARG);";
    expect(read(text).routines[0]?.kind).to.equal("simpleroutine");
    expect(read(text, {}, { MORE: "1" }).routines[0]?.arguments.length).to.equal(2);
  });

  const wrong: readonly (readonly [text: string, message: string])[] = [
    ["routine a();", "4: a has no request port"],
    ["routine a(x: int);", "4: x is no port that can be a requestport"],
    ["routine a(l: lamp_t;\n  requestport m: lamp_t);", "5: a has a second request port, m"],
    ["simpleroutine a(l: lamp_t;\n out x: int);", "5: a has no reply that x could come back in"],
    ["routine a(l: lamp_t; inout x: ints_t);", "4: x: a variable array in line cannot be inout"],
    ["routine a(l: lamp_t; waittime x: ints_t);", "4: x is no integer that can be a waittime"],
    ["routine a(l: lamp_t; x: int;\n x: int);", "5: a has two arguments x"],
    ["routine a(l: lamp_t);\nroutine a(l: lamp_t);", "5: there is a routine a already"],
    ["routine a(l: lamp_t)", "4: expected ;, found the end"],
    ["routine a(l lamp_t);", "4: expected :, found lamp_t"],
    ["routine a(l: lamp_t, fast);", "4: expected a flag, found fast"],
    ["routine a(l: lamp_t; x: no_t);", "4: there is no type no_t"],
    ["function f(l: lamp_t): int;", "4: MIG has no function any more: write routine"],
    ["userimpl x;", "4: expected a statement, found userimpl"],
    ["in x;", "4: no statement begins with in"],
    ["import ;", "4: expected something after import, found ;"],
    ["skip 99999999999;", "4: 99999999999 is too large"],
  ];
  for (const [text, message] of wrong) {
    it(`refuse ${text.split("\n").join(" ")}`, () => {
      expect(complaint(HEAD + text)).to.equal(`a.defs:${message}`);
    });
  }

  it("must have a subsystem, before all routines; of two the later counts, as MIG has it", () => {
    expect(complaint("\n\n")).to.equal("a.defs:2: there is no subsystem statement");
    expect(complaint("type a = MACH_MSG_TYPE_CHAR;")).to.equal("a.defs:1: there is no subsystem statement");
    const found = read("type p = MACH_MSG_TYPE_COPY_SEND; subsystem a 5; subsystem b 700; routine x(q: p);");
    expect([found.name, found.routines.map((r) => r.id)]).to.deep.equal(["b", [700]]);
    expect(complaint("routine a();")).to.equal("a.defs:1: the subsystem statement comes before all routines");
  });

  it("of two types of one name take the later from there on", () => {
    const { routines } = read("subsystem s 1; type c = MACH_MSG_TYPE_COPY_SEND; type a = int; routine x(p: c; v: a); type a = array[3] of char; routine y(p: c; v: a);");
    expect(routines.map((r) => r.arguments[1]?.type.number)).to.deep.equal([1, 3]);
  });

  it("in Apple's dialect lose what our messages have not: arguments in the trailer, flags and statements about C", () => {
    const found = read(`
      #include <b.defs>
      subsystem KernelUser camera 5100;
      userTypeLimit 99; onStackLimit 16384; ConsumeOnSendError Any; serverprefix do_;
      type angle_t = MACH_MSG_TYPE_REAL_64; type camera_t = MACH_MSG_TYPE_COPY_SEND;
      routine turn(
        c: camera_t;
        ServerAuditToken who: token_t;
        inout state: angle_t;
        in views: state_t, const;
        out names: state_t, auto, physicalcopy;
        auto: angle_t);`, { "b.defs": "type token_t = array[8] of int; type state_t = array[*:20] of int;" });
    expect(found.routines[0]?.arguments.map((a) => `${a.direction} ${a.name}`)).to.deep.equal([
      ...["requestport c", "token who", "inout state", "in views", "out names", "in auto"],
    ]);
    expect(Object.keys(define(found).routines["turn"]?.in ?? {})).to.deep.equal(["state", "views", "auto"]);
  });

  it("name the included file in which something is wrong", () => {
    expect(complaint("subsystem s 1;\n#include <b.defs>", { "b.defs": "\n\ntype x;" })).to.equal("b.defs:3: expected =, found ;");
  });
});

/** Words that make texts which get far. */
const words = fc.constantFrom(
  ...`subsystem s 1000 ; ( ) : , [ ] { } * = | ^ routine simpleroutine type array of struct c_string in out inout int char polymorphic a b
    MACH_MSG_TYPE_COPY_SEND MACH_MSG_TYPE_CHAR MACH_MSG_TYPE_STRING_C skip 0 1 99999999 - / ctype intran dealloc countinout waittime`.split(/\s+/),
  ..."\n|\n#define a |\n#define b( |\n#if |\n#ifdef a\n|\n#else\n|\n#endif\n|\n#include <x>\n|##|\"|'|/*|*/|//|\\".split("|"),
);

describe("any text (property)", () => {
  const eitherWay = (text: string): void => {
    const message = complaint(text, { x: text.slice(0, 20) });
    if (message !== "nothing is wrong") expect(message).to.match(/^(a\.defs|x|command line):\d+: [^\n]+$/);
    else JSON.stringify(describeInterface(read(text, { x: text.slice(0, 20) }), "file", "a.defs"));
  };

  it("gives an interface, or one line that says where and what", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), eitherWay), { numRuns: 500 });
    fc.assert(fc.property(fc.array(words, { maxLength: 60 }).map((w) => w.join(" ")), eitherWay), { numRuns: 2000 });
  });

  it("and so does a good text with a piece cut out or put in", () => {
    const edit = fc.tuple(fc.nat(LAMP.length), fc.nat(30), fc.array(words, { maxLength: 3 }));
    fc.assert(
      fc.property(edit, ([at, cut, put]) => eitherWay(`${LAMP.slice(0, at)} ${put.join(" ")} ${LAMP.slice(at + cut)}`)),
      { numRuns: 2000 },
    );
  });
});
