/** The languages of the exports, by their own parsers. */
import { Graphviz } from "@hpcc-js/wasm-graphviz";
import Ajv from "ajv";
import { expect } from "chai";
import { MsgType } from "../../../mach/ipc/names.ts";
import { select, type View } from "../../../rpctrace/select.ts";
import { exported, sent, task, viewed } from "./recorded.ts";

/** Text that means something in each of the languages. */
const odd = 'a;b#c"%% end\n<br>\\n|é{}[]--> ->';
const bytes = new TextEncoder().encode(odd);
const awkward = select([
  task(3, odd),
  task(7, "end"),
  task(8, ""),
  sent(7, 31, 21000, 50, [{ type: MsgType.CHAR, bits: 8, number: bytes.length, inline: true, data: bytes }]),
  sent(3, -1, 999, 0),
  sent(8, 60, 999, 0),
]);
/** The whole of a boot parses too, but to lay it out takes minutes: `dot.test.ts` reads that. */
const views: readonly (readonly [string, () => View])[] = [
  ["the beginning of a whole system", () => viewed({ to: { event: 400 } })],
  ["one program of it", () => viewed({ tasks: ["wc"] })],
  ["names and data with the language's own signs", () => awkward],
  ["nothing", () => select([])],
];

describe("exports by the parsers of their languages", function () {
  this.timeout(60_000);

  describe("Mermaid takes the sequence diagram of", () => {
    for (const [what, view] of views)
      it(what, async () => {
        const { default: mermaid } = await import("mermaid");
        const found = await mermaid.parse(exported("mermaid", view()));
        expect(found).to.have.property("diagramType", "sequence");
      });

    it("and refuses a wrong one", async () => {
      const { default: mermaid } = await import("mermaid");
      const wrong = await mermaid.parse("sequenceDiagram\n  t1->>: x", { suppressErrors: true });
      expect(wrong).to.equal(false);
    });
  });

  describe("Graphviz lays out the graph of", () => {
    let graphviz: Graphviz;
    before(async () => {
      graphviz = await Graphviz.load();
    });
    for (const [what, view] of views)
      it(what, () => {
        const text = exported("dot", view());
        const laid = JSON.parse(graphviz.layout(text, "json", "dot")) as { readonly directed: boolean; readonly objects?: readonly { readonly label: string }[] };
        expect(laid.directed).to.equal(true);
        expect(laid.objects?.length ?? 0).to.equal(text.split("\n").filter((l) => / \[shape=/.test(l)).length);
      });

    it("with the labels that were meant, and refuses a wrong one", () => {
      const laid = JSON.parse(graphviz.layout(exported("dot", select([task(7, 'a"b\\c'), sent(7, 31, 1, 0)])), "json", "dot")) as { readonly objects: readonly { readonly name: string; readonly label: string }[] };
      expect(laid.objects.find((o) => o.name === "t7")?.label).to.equal('a"b\\\\c(7)');
      expect(() => graphviz.layout("digraph { a -> }", "json", "dot")).to.throw();
    });
  });

  describe("the schema of trace events holds for", () => {
    const number = { type: "number", minimum: 0 };
    const args = { type: "object" };
    const phase = (ph: string, properties: object, required: readonly string[]) => ({
      if: { properties: { ph: { const: ph } } },
      then: { properties, required },
    });
    const event = {
      type: "object",
      required: ["ph", "pid", "tid", "ts", "name"],
      properties: { ph: { enum: ["M", "X", "b", "e", "s", "f", "i"] }, pid: { type: "integer", minimum: 0 }, tid: { type: "integer", minimum: 0 }, ts: number, name: { type: "string", minLength: 1 }, args },
      allOf: [
        phase("X", { dur: number, cat: { type: "string" } }, ["dur", "cat"]),
        phase("b", { id: { type: "string" }, cat: { type: "string" } }, ["id", "cat"]),
        phase("e", { id: { type: "string" }, cat: { type: "string" } }, ["id", "cat"]),
        phase("s", { id: { type: "integer" }, cat: { const: "rpc" } }, ["id", "cat"]),
        phase("f", { id: { type: "integer" }, cat: { const: "rpc" }, bp: { const: "e" } }, ["id", "cat", "bp"]),
        phase("i", { s: { enum: ["g", "p", "t"] } }, ["s"]),
        phase("M", { name: { enum: ["process_name", "thread_name"] }, args: { type: "object", required: ["name"], properties: { name: { type: "string" } } } }, ["args"]),
      ],
    };
    const schema = {
      type: "object",
      required: ["traceEvents", "displayTimeUnit"],
      properties: { displayTimeUnit: { enum: ["ms", "ns"] }, traceEvents: { type: "array", items: event } },
    };
    const valid = new Ajv.default({ strict: false }).compile(schema);
    const complaint = (value: unknown): string => (valid(value) ? "" : JSON.stringify(valid.errors));

    for (const [what, view] of views) it(what, () => expect(complaint(JSON.parse(exported("perfetto", view())))).to.equal(""));

    it("and not for a slice without its length", () => {
      expect(complaint({ displayTimeUnit: "ms", traceEvents: [{ ph: "X", pid: 1, tid: 1, ts: 0, name: "x", cat: "call" }] })).to.include("dur");
    });
  });
});
