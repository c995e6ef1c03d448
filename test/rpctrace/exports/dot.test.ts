import { expect } from "chai";
import fc from "fast-check";
import { MsgType } from "../../../mach/ipc/names.ts";
import { select } from "../../../rpctrace/select.ts";
import { exported, got, sent, task, viewed } from "./recorded.ts";

type Attributes = ReadonlyMap<string, string>;
interface Graph {
  readonly nodes: ReadonlyMap<string, Attributes>;
  readonly edges: readonly { readonly from: string; readonly to: string; readonly attributes: Attributes }[];
}

/** Graphviz's language, for directed graphs without subgraphs: tokens, then statements. Throws on a syntax error. */
class Dot {
  private tokens: readonly string[];
  private at = 0;
  private readonly nodes = new Map<string, Attributes>();
  private readonly edges: { from: string; to: string; attributes: Attributes }[] = [];

  constructor(source: string) {
    const token = /\s+|->|[{}[\];,=]|[A-Za-z_]\w*|-?(?:\.\d+|\d+(?:\.\d*)?)|"(?:[^"\\]|\\[^])*"/y;
    const tokens: string[] = [];
    while (token.lastIndex < source.length) {
      const from = token.lastIndex;
      const found = token.exec(source);
      if (found === null) throw new Error(`no token: ${source.slice(from, from + 40)}`);
      if (found[0].trim() !== "") tokens.push(found[0]);
    }
    this.tokens = tokens;
  }

  private take(wanted?: string): string {
    const token = this.tokens[this.at++];
    if (token === undefined || (wanted !== undefined && token !== wanted)) throw new Error(`expected ${wanted ?? "more"}, got ${String(token)}`);
    return token;
  }
  private id(): string {
    const token = this.take();
    if (/^[{}[\];,=]$|^->$/.test(token)) throw new Error(`expected an id, got ${token}`);
    return token.startsWith('"') ? token.slice(1, -1).replace(/\\(["\\])/g, "$1") : token;
  }
  private attributes(): Attributes {
    const found = new Map<string, string>();
    if (this.tokens[this.at] !== "[") return found;
    this.take("[");
    while (this.tokens[this.at] !== "]") {
      const name = this.id();
      this.take("=");
      found.set(name, this.id());
      if (this.tokens[this.at] === ",") this.take(",");
    }
    this.take("]");
    return found;
  }
  private statement(): void {
    const id = this.id();
    if (this.tokens[this.at] === "=") {
      this.take("=");
      this.id();
    } else if (this.tokens[this.at] === "->") {
      this.take("->");
      this.edges.push({ from: id, to: this.id(), attributes: this.attributes() });
    } else this.nodes.set(id, this.attributes());
    this.take(";");
  }
  parse(): Graph {
    this.take("digraph");
    this.id();
    this.take("{");
    while (this.tokens[this.at] !== "}") this.statement();
    this.take("}");
    if (this.at !== this.tokens.length) throw new Error("something stands behind the graph");
    return { nodes: this.nodes, edges: this.edges };
  }
}

const parse = (text: string): Graph => new Dot(text).parse();

describe("Graphviz graphs of tasks and ports", () => {
  it("parse, with every end of an edge declared: tasks are boxes, ports ellipses", () => {
    const { nodes, edges } = parse(exported("dot", viewed()));
    for (const { from, to } of edges) expect([nodes.has(from), nodes.has(to)], `${from} -> ${to}`).to.deep.equal([true, true]);
    for (const [id, attributes] of nodes) expect(attributes.get("shape"), id).to.equal(id.startsWith("t") ? "box" : "ellipse");
    for (const { from, to } of edges) expect(from[0], "a task and a port").to.not.equal(to[0]);
    expect([...nodes.values()].map((a) => a.get("label"))).to.include.members(["kernel(0)", "tmpfs.static(1)"]);
  });

  it("show what was sent, who received, and rights that came in messages and were not used", () => {
    const right = { type: MsgType.MOVE_SEND, bits: 32, number: 1, inline: true, data: 70 };
    const once = { ...right, type: MsgType.MOVE_SEND_ONCE, data: 71 };
    const events = [task(3, "auth"), task(7, "ls"), sent(7, 31, 21001, 50, [right, once]), got(3, 31, 21001), sent(7, 31, 21001, 50), got(3, 31, 21001)];
    const { edges } = parse(exported("dot", select(events)));
    expect(edges.map(({ from, to, attributes }) => [from, to, ...attributes.values()].join(" "))).to.deep.equal(["t7 p31 2", "p31 t3 dot", "t3 p70 dashed"]);
  });

  it("parse whatever a task is called", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const { nodes } = parse(exported("dot", select([task(7, name), sent(7, 31, 1, 0)])));
        expect(nodes.get("t7")?.get("shape")).to.equal("box");
      }),
    );
  });

  it("of a moment are of what was before", () => {
    const size = (event: number): number => parse(exported("dot", viewed({ to: { event } }))).edges.length;
    expect(size(100)).to.be.below(size(1000));
    expect(size(1)).to.equal(0);
  });
});
