import { expect } from "chai";
import type { Shape } from "../../../../mach/mig/kind.ts";
import type { Routine, Subsystem } from "../../../../mach/mig/subsystem.ts";
import { defineFrom } from "../../../../mach/mig/defs/define.ts";
import { catalogue } from "../../../../servers/interfaces/catalogue.ts";

const RIGHTS: Readonly<Record<string, string>> = {
  "16": "MOVE_RECEIVE", "17": "MOVE_SEND", "18": "MOVE_SEND_ONCE", "19": "COPY_SEND", "20": "MAKE_SEND", "21": "MAKE_SEND_ONCE",
};
const ARRIVING: Readonly<Record<string, string>> = { any: "POLYMORPHIC", "16": "PORT_RECEIVE", "17": "PORT_SEND", "18": "PORT_SEND_ONCE" };

/** A shape's element in MIG's words. */
function element(s: Shape): string {
  if (s.polymorphic) return `(MACH_MSG_TYPE_${ARRIVING[String(s.receivedAs)]}, 32)`;
  const right = RIGHTS[String(s.type)];
  return right === undefined ? `(${s.type}, ${s.bits})` : `MACH_MSG_TYPE_${right}`;
}

/** A shape as a type, whose element is called `name`. */
function typeText(s: Shape, name: string): string {
  switch (s.count.kind) {
    case "fixed":
      return s.count.n === 1 ? element(s) : s.cString ? `c_string[${s.count.n}]` : `struct[${s.count.n}] of ${name}`;
    case "bounded":
      return `array[*:${s.count.max}] of ${name}`;
    case "indefinite":
      return `array[] of ${name}`;
    case "outOfLine":
      return `^ array[] of ${name}`;
  }
}

function flags(s: Shape): string {
  const dealloc = { no: "", yes: ", dealloc", maybe: ", dealloc[]" }[s.dealloc];
  const inOut = "inOut" in s.count && s.count.inOut === true ? ", countinout" : "";
  return `${dealloc}${inOut}, ${s.longform ? "islong" : "isnotlong"}`;
}

/** Names of the arguments in an order that keeps both the request's and the reply's. */
function argumentOrder(r: Routine): readonly string[] {
  const outs = Object.keys(r.out ?? {});
  const ins = Object.keys(r.in).filter((name) => !outs.includes(name.replace(/Cnt$/, "")) || outs.includes(name));
  const order: string[] = [];
  for (const name of ins) {
    if (outs.includes(name)) order.push(...outs.slice(0, outs.indexOf(name)).filter((o) => !order.includes(o) && !ins.includes(o)));
    order.push(name);
  }
  return [...order, ...outs.filter((o) => !order.includes(o))];
}

/** A routine as an interface file has it, with the types that it needs before it. */
function routineText(name: string, r: Routine): string {
  const types = [`type ${name}_port_0_ = MACH_MSG_TYPE_${RIGHTS[String(r.requestPort)]};`];
  const args = [`requestport the_port_: ${name}_port_0_`];
  for (const a of argumentOrder(r)) {
    const s = r.in[a]?.shape ?? r.out?.[a]?.shape;
    if (s === undefined) continue;
    types.push(`type ${name}_${a}_1 = ${element(s)};`, `type ${name}_${a} = ${typeText(s, `${name}_${a}_1`)};`);
    args.push(`${r.out?.[a] === undefined ? "in" : r.in[a] === undefined ? "out" : "inout"} ${a}: ${name}_${a}${flags(s)}`);
  }
  return `${types.join("\n")}\n${r.out === null ? "simpleroutine" : "routine"} ${name}(${args.join(";\n  ")});\n`;
}

function fileText(sub: Subsystem): string {
  const routines = Object.entries(sub.routines).sort(([, a], [, b]) => a.id - b.id);
  let next = sub.base;
  const pieces = routines.map(([name, r]) => {
    const skip = r.id === next ? "" : `skip ${r.id - next};\n`;
    next = r.id + 1;
    return skip + routineText(name, r);
  });
  return `subsystem ${sub.name} ${sub.base};\n${pieces.join("")}`;
}

const shapes = (r: Routine): unknown => ({
  ...{ id: r.id, requestPort: r.requestPort, oneWay: r.out === null },
  in: Object.entries(r.in).map(([name, k]) => [name, k.shape]),
  out: Object.entries(r.out ?? {}).map(([name, k]) => [name, k.shape]),
});

describe("our interfaces, written as files and read again", () => {
  for (const sub of catalogue) {
    it(`${sub.name}: the same ids, arguments and shapes`, () => {
      const { routines } = defineFrom(`${sub.name}.defs`, fileText(sub));
      expect(Object.keys(routines)).to.have.members(Object.keys(sub.routines));
      for (const [name, r] of Object.entries(sub.routines)) {
        const again = routines[name];
        expect(again && shapes(again), name).to.deep.equal(shapes(r));
      }
    });
  }
});
