import { expect } from "chai";
import { asPort, copySend, MsgType, type MachPort } from "../../../../mach/ipc/names.ts";
import { client } from "../../../../mach/mig/client.ts";
import { define, defineFrom, routineNames } from "../../../../mach/mig/defs/define.ts";
import { machMsgServer, serve } from "../../../../mach/mig/server.ts";
import { RpctraceFormat } from "../../../../rpctrace/format.ts";
import { Interfaces } from "../../../../rpctrace/interfaces.ts";
import { bootMachine, newPort, startThread, type Context } from "../../kern/boot-machine.ts";
import { read } from "./read-text.ts";

const LAMP = `subsystem lamp 900000;
type lamp_t = MACH_MSG_TYPE_COPY_SEND;
type right_t = MACH_MSG_TYPE_PORT_SEND;
type name_t = c_string[*:16];
type field_t = c_string[16];
type data_t = array[] of char;
type few_t = array[*:8] of int;
type flag_t = MACH_MSG_TYPE_BOOLEAN;
type wide_t = MACH_MSG_TYPE_INTEGER_64;
type once_t = MACH_MSG_TYPE_MAKE_SEND_ONCE | polymorphic;
routine lamp_set(lamp: lamp_t; name: name_t; inout level: int; fast: flag_t; far: wide_t; out was: data_t);
skip;
simpleroutine lamp_tell(lamp: lamp_t; to: right_t; field: field_t; once: once_t);
routine lamp_levels(lamp: lamp_t; out levels: few_t, countinout);
`;
const lamp = define(read(LAMP));

describe("definitions from interface files", () => {
  it("have ids, arguments by name and shapes", () => {
    expect(Object.entries(lamp.routines).map(([name, r]) => [name, r.id, r.out === null])).to.deep.equal([
      ["lamp_set", 900000, false],
      ["lamp_tell", 900002, true],
      ["lamp_levels", 900003, false],
    ]);
    expect(Object.keys(lamp.routines["lamp_set"]?.in ?? {})).to.deep.equal(["name", "level", "fast", "far"]);
    expect(Object.keys(lamp.routines["lamp_set"]?.out ?? {})).to.deep.equal(["level", "was"]);
    expect(Object.keys(lamp.routines["lamp_levels"]?.in ?? {})).to.deep.equal(["levelsCnt"]);
    expect(lamp.routines["lamp_levels"]?.out?.["levels"]?.shape.count).to.deep.equal({ kind: "bounded", max: 8, inOut: true });
  });

  it("pack what MIG's stubs would send", () => {
    const { name } = lamp.routines["lamp_set"]?.in ?? {};
    expect(name?.pack("hall")).to.deep.include({ type: MsgType.STRING_C, number: 5, data: "hall" });
    expect(name?.pack("a name of the hall")).to.deep.include({ number: 16, data: "a name of the ha".slice(0, 15) });
    const { to, field, once } = lamp.routines["lamp_tell"]?.in ?? {};
    expect(field?.pack("hall")).to.deep.include({ number: 16 });
    expect(to?.pack(copySend(asPort(5)))).to.deep.include({ type: MsgType.COPY_SEND, data: 5 });
    const sent = once?.pack(asPort(6));
    expect(sent).to.deep.include({ type: MsgType.MAKE_SEND_ONCE, data: 6 });
    expect(sent && once?.unpack({ ...sent, type: MsgType.MOVE_SEND_ONCE })).to.deep.equal({ name: 6, disposition: MsgType.MOVE_SEND_ONCE });
  });

  it("say where an argument is that no message here can carry", () => {
    const text = "subsystem s 1;\ntype p = MACH_MSG_TYPE_COPY_SEND;\ntype big = (MACH_MSG_TYPE_BYTE, 256);\nroutine r(p: p;\n b: big);";
    expect(() => defineFrom("a.defs", text)).to.throw("a.defs:5: b: elements of 256 bits cannot be sent here");
  });

  it("name ids, and replies by their requests", () => {
    const name = routineNames([lamp]);
    expect([900000, 900100, 900001, 900101].map(name)).to.deep.equal(["lamp_set", "lamp_set-reply", undefined, undefined]);
  });

  it("are called by name over the kernel, served, and traced", () => {
    const answers: unknown[] = [];
    const heard: unknown[] = [];
    const call = client(lamp);
    const body = function* ({ self }: Context) {
      const port: MachPort = yield* newPort(self);
      const server = serve(lamp, () => ({}), {
        *lamp_set(_: object, args: Readonly<Record<string, unknown>>) {
          heard.push(args);
          return { err: 0, level: 7, was: Uint8Array.of(104, 105) };
        },
      });
      yield* startThread(self, function* () {
        yield* machMsgServer(port, server);
      });
      const set = call["lamp_set"];
      if (set !== undefined) answers.push(yield* set(port, { name: "hall", level: 3, fast: true, far: 2 ** 40 }));
    };
    const machine = bootMachine(body);
    let text = "";
    const format = new RpctraceFormat((s) => (text += s), { interfaces: new Interfaces([lamp]) });
    machine.tap.listen((e) => format.event(e));
    machine.run();
    format.end();
    expect(heard).to.deep.equal([{ name: "hall", level: 3, fast: true, far: 2 ** 40 }]);
    expect(answers).to.deep.equal([{ err: 0, level: 7, was: Uint8Array.of(104, 105) }]);
    expect(text).to.match(/->lamp_set \("hall" 3 1 1099511627776\) ?(= 0 7 "hi"|\.\.\.)/);
  });
});
