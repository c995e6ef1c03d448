/** Reads what a real rpctrace printed, as the kinds of the interface definitions say. */
import { expect } from "chai";
import { isPortType, MsgType } from "../../mach/ipc/names.ts";
import type { AnyKind } from "../../mach/mig/kind.ts";
import type { ShownItem } from "../../mach/mig/show.ts";
import type { Fields } from "../../mach/mig/subsystem.ts";
import { routineById, routineByName, type CatalogueEntry } from "../../servers/interfaces/catalogue.ts";

/** What stands before `->`: a wrapper, or a task or thread. */
export const NAME = String.raw`(?:  \d+<--\d+|task\d+|thread\d+)\(pid-?\d+\)`;
const RIGHT = new RegExp(String.raw`^(?:\(null\)|\(dead\)|${NAME}| *\d+)`);

/** Names of rights become numbers from here. */
export const NAMED = 100000;

/** Reads the text of items back, as their kinds say. */
export class Reader {
  readonly names: string[] = [];
  private rest = "";

  items(text: string, fields: Fields): readonly ShownItem[] {
    this.rest = text;
    const items: ShownItem[] = [];
    for (const [name, kind] of Object.entries(fields)) {
      if (items.length > 0) this.take(/^ /, `before ${name}`);
      items.push(this.item(kind, name));
    }
    expect(this.rest, `all of ${text}`).to.equal("");
    return items;
  }

  private take(pattern: RegExp, what: string): string {
    const found = pattern.exec(this.rest)?.[0];
    if (found === undefined) throw new Error(`${what}: ${this.rest}`);
    this.rest = this.rest.slice(found.length);
    return found;
  }

  private item({ shape }: AnyKind, what: string): ShownItem {
    const type = shape.receivedAs === undefined || shape.receivedAs === "any" ? shape.type : shape.receivedAs;
    const data = this.data(type, what);
    const number = typeof data === "number" ? 1 : data.length;
    const { count } = shape;
    if (count.kind === "fixed" && !shape.cString) expect(number, `elements of ${what}`).to.equal(count.n);
    return { type, bits: shape.bits, number, data };
  }

  private data(type: number, what: string): number | readonly number[] | Uint8Array {
    if (isPortType(type)) return this.rights(what);
    if (type === MsgType.PORT_NAME) return (this.take(/^pn\{[ \d]*\}/, what).match(/\d+/g) ?? []).map(Number);
    if (type === MsgType.STRING_C || type === MsgType.CHAR) return this.text(what);
    return this.take(/^(?:\{-?\d+(?: -?\d+)+\}|-?\d+|)/, what).match(/-?\d+/g)?.map(Number) ?? [];
  }

  private text(what: string): Uint8Array {
    const quoted = this.take(/^".*?"(?= |$)/, what).slice(1, -1);
    const codes = new Map([["0", 0], ["a", 7], ["b", 8], ["t", 9], ["n", 10], ["v", 11], ["f", 12], ["r", 13]]);
    const bytes: number[] = [];
    for (const [, hex, letter, plain] of quoted.matchAll(/\\x([0-9a-f]{2})|\\([0abtnvfr])|([^])/g)) {
      if (hex !== undefined) bytes.push(parseInt(hex, 16));
      else bytes.push(letter === undefined ? (plain ?? "").charCodeAt(0) : (codes.get(letter) ?? 0));
    }
    return Uint8Array.from(bytes);
  }

  private rights(what: string): readonly number[] {
    if (/^ (?: |task|thread|\()/.test(this.rest)) {
      this.take(/^ /, what);
      return [this.right(what)];
    }
    if (!this.rest.startsWith("{")) return [];
    this.take(/^\{/, what);
    const found = [this.right(what)];
    while (!this.rest.startsWith("}")) {
      this.take(/^ /, what);
      found.push(this.right(what));
    }
    this.take(/^\}/, what);
    return found;
  }

  private right(what: string): number {
    const name = this.take(RIGHT, what);
    if (name === "(null)") return 0;
    if (name === "(dead)") return -1;
    return /^ *\d+$/.test(name) ? Number(name) : NAMED - 1 + this.names.push(name);
  }
}

/** The routine that a trace calls by this name or number. */
export function routineCalled(name: string): CatalogueEntry {
  const entry = /^\d+$/.test(name) ? routineById(Number(name)) : (routineByName(name) ?? routineByName(name.replace(/_request$/, "")));
  if (entry === undefined) throw new Error(`no routine ${name}`);
  return entry;
}
