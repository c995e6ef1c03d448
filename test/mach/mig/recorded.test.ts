import { readFileSync } from "node:fs";
import { expect } from "chai";
import { TraceLines } from "../../../mach/mig/show.ts";
import { msgidName } from "../../../servers/interfaces/catalogue.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { NAME, NAMED, Reader, routineCalled } from "../../rpctrace/recorded-reader.ts";

/** Lines that a real rpctrace printed on a real Hurd, a few of each routine. */
const recorded = readFileSync(new URL("../../data/recorded-rpctrace.txt", import.meta.url), "utf8").trimEnd().split("\n");

const LINE = new RegExp(String.raw`^(${NAME})->(\w+) \((.*)\)(?:;| = (0|0x[0-9a-f]+) (?:\((.*)\) $|(.*)$))`);

/** Reads a line and prints what it read. */
function again(line: string): string {
  const m = LINE.exec(line);
  if (m === null) throw new Error(`cannot read ${line}`);
  const [, to = "", called = "", args = "", code, , outs = ""] = m;
  const numeric = /^\d+$/.test(called);
  const { id, in: ins, out } = routineCalled(called).routine;
  const reader = new Reader();
  let text = "";
  const lines = new TraceLines((s) => (text += s), strerror, { size: 80, right: (n) => (n >= NAMED ? reader.names[n - NAMED] : undefined) });
  lines.request({ to, id, name: numeric ? undefined : msgidName(id), reply: code === undefined ? 0 : 5, items: reader.items(args, ins) });
  if (code !== undefined) lines.reply(5, Number(code), code === "0" ? reader.items(outs, out ?? {}) : []);
  return text.replace(/\n$/, "");
}

describe("lines of a real rpctrace (recorded/rpctrace)", () => {
  for (const line of recorded) {
    it(line.slice(0, 90), () => expect(again(line)).to.equal(line));
  }
});
