/**
 * The configuration of cloudabi-run: YAML in which tags stand for descriptors (cloudabi.md §8). It is the list of what is granted, and can be reviewed as such.
 *
 * Tags may be short (`!fd`) or whole (`tag:nuxi.nl,2015:cloudabi/fd`), as upstream's `%TAG` line makes them. `!fd stdin` and `!socket` are of older revisions than the last.
 */
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type ParsedNode } from "yaml";
import { labels, type Labels } from "../flower/labels.ts";
import { FLOWER_RIGHTS, type FlowerRight } from "../flower/protocol.ts";
import { binary, bool, float, int, nothing, str, type Argdata } from "../argdata/node.ts";

/** What the configuration asks for: values, and descriptors that exist or are to be made. */
export type Wanted =
  | { readonly kind: "value"; readonly ad: Argdata }
  | { readonly kind: "fd"; readonly fd: number }
  | { readonly kind: "executable" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "socket"; readonly type: "stream" | "dgram"; readonly bind?: string; readonly connect?: string }
  /** A handle of the switchboard at a path of the host, with constraints. */
  | { readonly kind: "switchboard"; readonly path: string; readonly rights: readonly FlowerRight[]; readonly inLabels: Labels; readonly outLabels: Labels }
  | { readonly kind: "seq"; readonly entries: readonly Wanted[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [Wanted, Wanted])[] };

/** The configuration cannot be read; the launcher fails before any exec. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

const NAMESPACE = "tag:nuxi.nl,2015:cloudabi/";
const STANDARD = new Map([["stdin", 0], ["stdout", 1], ["stderr", 2]]);

/** Reads a configuration. Throws ConfigurationError with the line. */
export function readConfiguration(yaml: string): Wanted {
  const document = parseDocument(yaml, { intAsBigInt: true, logLevel: "silent" });
  const [error] = document.errors;
  if (error !== undefined) throw new ConfigurationError(error.message.split("\n")[0] ?? "");
  return document.contents === null ? { kind: "value", ad: nothing } : wanted(document.contents, { document, yaml });
}

interface Reading {
  readonly document: Document.Parsed;
  readonly yaml: string;
}

function wrong(node: ParsedNode, { yaml }: Reading, what: string): ConfigurationError {
  return new ConfigurationError(`line ${yaml.slice(0, node.range[0]).split("\n").length}: ${what}`);
}

/** "fd" for `!fd` and for the whole tag; undefined for YAML's own. */
function tagOf(node: ParsedNode): string | undefined {
  const tag = "tag" in node ? node.tag : undefined;
  if (tag?.startsWith(NAMESPACE)) return tag.slice(NAMESPACE.length);
  return tag?.startsWith("!") && !tag.startsWith("!!") ? tag.slice(1) : undefined;
}

function wanted(node: ParsedNode, reading: Reading): Wanted {
  if (isAlias(node)) {
    const target = node.resolve(reading.document);
    if (target === undefined) throw wrong(node, reading, `there is no anchor "${node.source}"`);
    return wanted(target as ParsedNode, reading);
  }
  const tag = tagOf(node);
  if (tag !== undefined) return tagged(tag, node, reading);
  if (isSeq<ParsedNode>(node)) return { kind: "seq", entries: node.items.map((i) => wanted(i, reading)) };
  if (isMap<ParsedNode, ParsedNode | null>(node)) return { kind: "map", entries: node.items.map(({ key, value }) => [wanted(key, reading), value === null ? { kind: "value", ad: nothing } : wanted(value, reading)] as const) };
  return { kind: "value", ad: scalar(node, reading) };
}

function scalar(node: ParsedNode, reading: Reading): Argdata {
  const value: unknown = isScalar(node) ? node.value : undefined;
  if (value === null) return nothing;
  if (typeof value === "boolean") return bool(value);
  if (typeof value === "bigint" && value >= -(1n << 63n) && value < 1n << 64n) return int(value);
  if (typeof value === "number") return float(value);
  if (value instanceof Uint8Array) return binary(value);
  const text = typeof value === "string" ? str(value) : undefined;
  if (text?.err === 0) return text.value;
  throw wrong(node, reading, "a value that argument data cannot hold");
}

function tagged(tag: string, node: ParsedNode, reading: Reading): Wanted {
  switch (tag) {
    case "fd":
      return { kind: "fd", fd: number(node, reading) };
    case "executable":
      return { kind: "executable" };
    case "file": {
      const { path, ...others } = attributes(node, reading, ["path"]);
      if (path === undefined || Object.keys(others).length > 0) throw wrong(node, reading, "Missing path attribute");
      return { kind: "file", path };
    }
    case "socket":
      return socket(node, reading);
    case "flower_switchboard_handle":
      return switchboard(node, reading);
    default:
      throw wrong(node, reading, `unknown tag !${tag}`);
  }
}

function number(node: ParsedNode, reading: Reading): number {
  const source = isScalar(node) ? String(node.value) : "";
  const fd = STANDARD.get(source) ?? (/^\d{1,9}$/.test(source) ? Number(source) : undefined);
  if (fd === undefined) throw wrong(node, reading, "Invalid file descriptor number");
  return fd;
}

function socket(node: ParsedNode, reading: Reading): Wanted {
  const { type = "stream", bind, connect } = attributes(node, reading, ["type", "bind", "connect"]);
  if (type !== "stream" && type !== "dgram") throw wrong(node, reading, `no socket type "${type}"`);
  if ((bind === undefined) === (connect === undefined)) throw wrong(node, reading, "a socket wants one of bind and connect");
  return { kind: "socket", type, ...(bind === undefined ? {} : { bind }), ...(connect === undefined ? {} : { connect }) };
}

/** `constraints` are those of the switchboard's Constrain. */
function switchboard(node: ParsedNode, reading: Reading): Wanted {
  const plain: unknown = node.toJS(reading.document);
  const { switchboard_path: path, constraints = {}, ...others } = record(plain);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw wrong(node, reading, `Unsupported attribute: ${unknown}`);
  if (typeof path !== "string") throw wrong(node, reading, "Missing switchboard_path attribute");
  const { rights = [], in_labels: inLabels, out_labels: outLabels } = record(constraints);
  const named: readonly unknown[] = Array.isArray(rights) ? rights : [];
  return { kind: "switchboard", path, rights: FLOWER_RIGHTS.filter((r) => named.includes(r)), inLabels: stringMap(inLabels), outLabels: stringMap(outLabels) };
}

const record = (x: unknown): Readonly<Record<string, unknown>> => (typeof x === "object" && x !== null && !Array.isArray(x) ? (x as Readonly<Record<string, unknown>>) : {});
const stringMap = (x: unknown): Labels => labels(Object.fromEntries(Object.entries(record(x)).map(([k, v]) => [k, String(v)])));

function attributes(node: ParsedNode, reading: Reading, known: readonly string[]): Readonly<Record<string, string>> {
  if (!isMap<ParsedNode, ParsedNode | null>(node)) throw wrong(node, reading, "a map of attributes is wanted");
  return Object.fromEntries(
    node.items.map(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : "";
      if (!known.includes(name)) throw wrong(key, reading, `Unsupported attribute: ${name}`);
      if (!isScalar(value)) throw wrong(key, reading, `${name} wants a string`);
      return [name, String(value.value)];
    }),
  );
}
