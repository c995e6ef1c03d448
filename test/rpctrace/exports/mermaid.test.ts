import { expect } from "chai";
import { MsgType } from "../../../mach/ipc/names.ts";
import { select } from "../../../rpctrace/select.ts";
import { exported, got, sent, task, viewed } from "./recorded.ts";

interface Diagram {
  readonly participants: ReadonlyMap<string, string>;
  readonly arrows: readonly { readonly from: string; readonly to: string; readonly arrow: string; readonly text: string }[];
  readonly notes: readonly { readonly over: string; readonly text: string }[];
}

/** Character codes in Mermaid's manner, and nothing that would end a statement or begin a comment. */
function unescaped(text: string): string {
  expect(text.replace(/#\d+;/g, "")).to.not.match(/[;#%\n]/);
  expect(text.trim()).to.not.equal("");
  return text.replace(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}

/** The part of Mermaid's sequence diagrams that we write. Throws on anything else. */
function parse(source: string): Diagram {
  const [head, ...lines] = source.trimEnd().split("\n");
  expect(head).to.equal("sequenceDiagram");
  const participants = new Map<string, string>();
  const arrows: { from: string; to: string; arrow: string; text: string }[] = [];
  const notes: { over: string; text: string }[] = [];
  const known = (id: string | undefined): string => {
    if (id === undefined || !participants.has(id)) throw new Error(`no participant ${String(id)}`);
    return id;
  };
  for (const line of lines) {
    const participant = /^ {2}participant (\w+) as (.+)$/.exec(line);
    const arrow = /^ {2}(\w+?)(-->>|->>|-\))(\w+): (.+)$/.exec(line);
    const note = /^ {2}Note over (\w+): (.+)$/.exec(line);
    if (participant) {
      expect(participants.has(participant[1] ?? ""), line).to.equal(false);
      participants.set(participant[1] ?? "", unescaped(participant[2] ?? ""));
    } else if (arrow) arrows.push({ from: known(arrow[1]), arrow: arrow[2] ?? "", to: known(arrow[3]), text: unescaped(arrow[4] ?? "") });
    else if (note) notes.push({ over: known(note[1]), text: unescaped(note[2] ?? "") });
    else throw new Error(`no statement of a sequence diagram: ${line}`);
  }
  return { participants, arrows, notes };
}

describe("Mermaid sequence diagrams", () => {
  it("parse, and have an arrow for every message that is to be seen", () => {
    const view = viewed();
    const { arrows, participants } = parse(exported("mermaid", view));
    expect(arrows.length).to.equal(view.events.filter((e) => e.kind === "message-sent").length);
    expect([...participants.values()]).to.include.members(["kernel(0)", "tmpfs.static(1)", "exec(2)"]);
    expect(arrows.some((a) => a.text.startsWith("dir_lookup ("))).to.equal(true);
  });

  it("draw a call solid, its answer dashed and back, and a message without an answer open", () => {
    const events = [task(3, "/hurd/auth"), task(7, "ls"), sent(7, 31, 21001, 50), got(3, 31, 21001), sent(3, 50, 21101, 0, [{ type: MsgType.INTEGER_32, bits: 32, number: 1, inline: true, data: 9 }]), sent(7, 60, 24010, 0)];
    const { arrows, participants } = parse(exported("mermaid", select(events, { tasks: ["ls"] })));
    expect(arrows.map((a) => `${a.from} ${a.arrow} ${a.to}`)).to.deep.equal(["t7 ->> t3", "t3 -->> t7", "t7 -) p60"]);
    expect(arrows[1]?.text).to.match(/^0x9 \(/);
    expect(participants.get("p60")).to.equal("port 60");
  });

  it("keep text with Mermaid's own signs in one piece", () => {
    const data = new TextEncoder().encode('a;b#c"%% end\n<br>é');
    const events = [task(7, 'x;y"'), sent(7, 31, 21000, 50, [{ type: MsgType.CHAR, bits: 8, number: data.length, inline: true, data }])];
    const { arrows, participants } = parse(exported("mermaid", select(events)));
    expect(arrows[0]?.text).to.include('"a;b#c"%% end\\n<br>\\xc3\\xa9"');
    expect(participants.get("t7")).to.equal('x;y"(7)');
  });
});
