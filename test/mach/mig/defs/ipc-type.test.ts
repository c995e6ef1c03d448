import { expect } from "chai";
import { argumentsOf, complaint } from "./read-text.ts";

/** The second argument's JSON, without its name and what `but` leaves out. */
const second = (declarations: string, arg: string): Readonly<Record<string, unknown>> => argumentsOf(declarations, arg)[1] ?? {};

const RIGHTS: readonly (readonly [wire: string, sent: string, received: string, polymorphic: boolean])[] = [
  ["MACH_MSG_TYPE_MOVE_RECEIVE", "MOVE_RECEIVE", "PORT_RECEIVE", false],
  ["MACH_MSG_TYPE_MAKE_SEND", "MAKE_SEND", "PORT_SEND", false],
  ["MACH_MSG_TYPE_MOVE_SEND_ONCE", "MOVE_SEND_ONCE", "PORT_SEND_ONCE", false],
  ["MACH_MSG_TYPE_PORT_SEND", "POLYMORPHIC", "PORT_SEND", true],
  ["polymorphic", "POLYMORPHIC", "POLYMORPHIC", true],
  ["MACH_MSG_TYPE_MAKE_SEND_ONCE | polymorphic", "MAKE_SEND_ONCE", "POLYMORPHIC", true],
];

describe("types of interface files (MIG's rules; rpc-tables.json)", () => {
  it("describe a plain integer and another name for it", () => {
    expect(second("type id_t = int;", "id: id_t")).to.deep.equal({
      ...{ name: "id", dir: "in", migType: "id_t", machType: "MACH_MSG_TYPE_INTEGER_32", disposition: null, count: { kind: "fixed", n: 1 } },
      ...{ elementBits: 32, dealloc: "no", outOfLine: false, polymorphic: false, elementType: "int", cType: "id_t" },
    });
  });

  for (const [wire, sent, received, polymorphic] of RIGHTS) {
    it(`send ${wire} as ${sent}, and ${received} arrives`, () => {
      expect(second(`type right_t = ${wire} ctype: mach_port_t;`, "right: right_t")).to.deep.include({
        ...{ machType: "port", disposition: `MACH_MSG_TYPE_${sent}`, receivedAs: `MACH_MSG_TYPE_${received}`, polymorphic, cType: "mach_port_t" },
      });
    });
  }

  it("send arrays without limit in line up to 2048 bytes, others as they are declared", () => {
    const declarations = `type a_t = array[] of int; type b_t = array[*:12] of int; type c_t = array[3 * (1 + 1)] of short; type d_t = ^array[] of int;
      type e_t = struct[5] of int; type f_t = array[] of e_t;`;
    const of = (name: string): unknown => second(declarations, `x: ${name}`)["count"];
    expect(of("a_t")).to.deep.equal({ kind: "variable", maxInline: 512, indefinite: true });
    expect(of("b_t")).to.deep.equal({ kind: "variable", max: 12 });
    expect(of("c_t")).to.deep.equal({ kind: "fixed", n: 6 });
    expect(of("d_t")).to.deep.equal({ kind: "variable", max: null });
    expect(of("f_t")).to.deep.equal({ kind: "variable", maxInline: 510, indefinite: true, wirePerElement: 5 });
    expect(second(declarations, "x: a_t")).to.deep.include({ outOfLine: "whenLarge", longForm: true });
    expect(second(declarations, "x: d_t")).to.deep.include({ outOfLine: true, longForm: true });
    expect(second(declarations, "x: b_t")).to.not.have.property("longForm");
  });

  it("send a struct as an array of what it is aligned to, padding included", () => {
    const declarations = `type byte_t = MACH_MSG_TYPE_BYTE; type wide_t = MACH_MSG_TYPE_INTEGER_64;
      type a_t = struct { char c; int i; wide_t w; byte_t b; }; type b_t = struct { char c; short s; }; type c_t = struct { char c; };`;
    expect(second(declarations, "x: a_t")).to.deep.include({ machType: "MACH_MSG_TYPE_INTEGER_32", count: { kind: "fixed", n: 5 }, elementType: "int" });
    expect(second(declarations, "x: b_t")).to.deep.include({ machType: "MACH_MSG_TYPE_INTEGER_16", count: { kind: "fixed", n: 2 } });
    expect(second(declarations, "x: c_t")).to.deep.include({ machType: "MACH_MSG_TYPE_BYTE", count: { kind: "fixed", n: 1 } });
  });

  it("send strings as characters, or as one large element", () => {
    const declarations = "type a_t = c_string[64]; type b_t = (MACH_MSG_TYPE_STRING_C, 8*128); type c_t = c_string[*:64];";
    const field = { kind: "fixed", n: 64, unit: "char", cString: true };
    expect(second(declarations, "x: a_t")).to.deep.include({ machType: "MACH_MSG_TYPE_STRING_C", count: field, elementBits: 8, elementType: "char" });
    expect(second(declarations, "x: c_t")["count"]).to.deep.equal(field);
    expect(second(declarations, "x: b_t")).to.deep.include({ count: { ...field, n: 1 }, elementBits: 1024, longForm: true });
  });

  it("take flags from the type, and the argument's over them", () => {
    const declarations = "type a_t = array[] of char; type b_t = ^array[] of (MACH_MSG_TYPE_BYTE, 8, dealloc, islong);";
    expect(second(declarations, "x: a_t, dealloc[], servercopy")).to.deep.include({ dealloc: "maybe", serverCopy: true });
    expect(second(declarations, "x: b_t")).to.deep.include({ dealloc: "yes" });
    expect(second(declarations, "x: b_t, notdealloc")).to.deep.include({ dealloc: "no" });
    expect(second(declarations, "out x: a_t, countinout, IsNotLong")).to.deep.include({ countInOut: true }).and.not.have.property("longForm");
    expect(second(declarations, "x: a_t, countinout")).to.not.have.property("countInOut");
  });

  it("are the user's C types in the description, whatever the server's are", () => {
    const translated = "type o_t = port_t ctype: mach_port_t intran: obj_t look_up(mach_port_t) outtran: mach_port_t name_of(obj_t) destructor: drop(obj_t);";
    expect(second(translated, "x: o_t")).to.deep.include({ cType: "mach_port_t" });
    expect(second("type o_t = int cusertype: mine cservertype: its;", "x: o_t")).to.deep.include({ cType: "mine" });
    expect(second("type o_t = port_t intranpayload: o_t by_payload;", "x: o_t")).to.deep.include({ cType: "o_t" });
  });

  const wrong: Readonly<Record<string, string>> = {
    "type a = array[] of array[] of int": "MIG has no such type: an array's element is of fixed size and in line",
    "type a = ^array[*:4] of int": "MIG has no such type: ^ is for arrays without limit and types of fixed size",
    "type a = array[] of MACH_MSG_TYPE_CHAR": "a: the elements of a variable array in line must be of a named type",
    "type a = MACH_MSG_TYPE_REAL": "MACH_MSG_TYPE_REAL has no width of its own: write (MACH_MSG_TYPE_REAL, BITS)",
    "type a = MACH_MSG_TYPE_BIT": "the size of a type must be a multiple of 8 bits",
    "type a = (2, 65536)": "a: one element of 65536 bits fits in no descriptor",
    "type a = (300, 32)": "a: no msgt_name is 300",
    "type a = array[0] of int": "the type has no size",
    "type a = array[1 - 2] of int": "the number -1 is out of range",
    "type a = array[1 / 0] of int": "division by zero",
    "type a = array[65536 * 65535] of int": "the type is too large",
    "type a = nothing": "there is no type nothing",
    "type a = array[] of int intran: b c(d)": "a: a variable array can have no intran",
    "type a = MACH_MSG_TYPE_CHAR | MACH_MSG_TYPE_INTEGER_32": "MACH_MSG_TYPE_CHAR has 8 bits and MACH_MSG_TYPE_INTEGER_32 has 32",
    "type a = struct { }": "expected a member's type, found }",
    "type in = int": "expected the type's name, found in",
    "type a = array[0x10] of int": "expected a number, found 0x10",
  };
  for (const [text, message] of Object.entries(wrong)) {
    it(`refuse ${text}`, () => {
      expect(complaint(`subsystem s 1;\n${text};`)).to.equal(`a.defs:2: ${message}`);
    });
  }

  it("refuse what is nested deeper than anyone writes", () => {
    expect(complaint(`subsystem s 1;\ntype a = ${"array[2] of ".repeat(50000)} int;`)).to.equal("a.defs:2: nested too deep");
    expect(complaint(`subsystem s 1;\ntype a = array[${"(".repeat(50000)}`)).to.equal("a.defs:2: nested too deep");
  });
});
