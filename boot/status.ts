/**
 * `npm run status`: which routines of which interface each server implements, as a table for servers/README.md.
 *
 * Read from the sources, with the compiler's own knowledge of types: a call `serve(sub, lookup, handlers)` implements what the type of
 * `handlers` has, wherever its parts come from. So the table needs no running system and cannot be out of date.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** One server's part of one interface. */
export interface Implemented {
  readonly server: string;
  readonly subsystem: string;
  readonly has: readonly string[];
  readonly lacks: readonly string[];
}

const root = fileURLToPath(new URL("../", import.meta.url));
const room = /servers\/([^/]+)\/.*\.ts$/;

const propertyNames = (type: ts.Type): readonly string[] => type.getProperties().map((p) => p.name);

/** The routines in the type of a definition, and those that the handlers' type has. */
function readCall(checker: ts.TypeChecker, call: ts.CallExpression, server: string): Implemented | undefined {
  const [sub, , handlers] = call.arguments;
  if (sub === undefined || handlers === undefined) return undefined;
  const routines = checker.getTypeAtLocation(sub).getProperty("routines");
  if (routines === undefined) return undefined;
  const all = propertyNames(checker.getTypeOfSymbolAtLocation(routines, sub));
  // A handler that only may be there (`Partial`) does not count.
  const there = checker.getTypeAtLocation(handlers).getProperties().filter((p) => (p.flags & ts.SymbolFlags.Optional) === 0);
  const given = new Set(there.map((p) => p.name));
  return { server, subsystem: sub.getText(), has: all.filter((r) => given.has(r)), lacks: all.filter((r) => !given.has(r)) };
}

function callsOfServe(file: ts.SourceFile): readonly ts.CallExpression[] {
  const found: ts.CallExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === "serve") found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** What the servers implement, by server, in the order of the sources. */
export function status(): readonly Implemented[] {
  const files = readdirSync(`${root}servers`, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".ts"));
  const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined });
  const program = ts.createProgram(files.sort().map((f) => `${root}servers/${f}`), { ...config?.options, incremental: false, noEmit: true });
  const checker = program.getTypeChecker();
  return program.getSourceFiles().flatMap((file) => {
    const server = room.exec(file.fileName)?.[1];
    if (server === undefined || file.isDeclarationFile || server === "interfaces") return [];
    return callsOfServe(file).flatMap((call) => readCall(checker, call, server) ?? []);
  });
}

/** Several calls for one interface of one server are one row: a routine is implemented if any of them does. */
export function merged(rows: readonly Implemented[]): readonly Implemented[] {
  const byKey = new Map<string, Implemented>();
  for (const row of rows) {
    const key = `${row.server} ${row.subsystem}`;
    const before = byKey.get(key);
    const has = [...new Set([...(before?.has ?? []), ...row.has])];
    byKey.set(key, { ...row, has, lacks: [...row.has, ...row.lacks].filter((r) => !has.includes(r)) });
  }
  return [...byKey.values()].sort((a, b) => (a.server < b.server ? -1 : a.server > b.server ? 1 : 0));
}

/** The table in Markdown. `lib` is what all servers share. */
export function table(rows: readonly Implemented[]): string {
  const lines = merged(rows).map((r) => {
    const total = r.has.length + r.lacks.length;
    return `| ${r.server} | ${r.subsystem} | ${r.has.length} of ${total} | ${r.lacks.map((n) => `\`${n}\``).join(" ") || "–"} |`;
  });
  return ["| server | interface | routines | answered EOPNOTSUPP |", "|---|---|---|---|", ...lines, ""].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(table(status()));
