/**
 * `npm run status`: which routines of which interface each server implements; with `--write`, into servers/README.md.
 *
 * Read from the sources, with the compiler's knowledge of them: a call `serve(sub, lookup, handlers)` implements what stands in the literals
 * that `handlers` is made of, wherever they are written. So the table needs no running system and cannot be out of date.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
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
/** Whose part of the system a file is: a server's, or of the library that is in every process. */
const room = /(?:servers\/([^/]+)\/.*|(glibc-shim)\/[^/]*)\.ts$/;

const propertyNames = (type: ts.Type): readonly string[] => type.getProperties().map((p) => p.name);

/** Where an expression's value is written down: a variable's initializer, what a function returns; undefined when that cannot be seen. */
function sourcesOf(checker: ts.TypeChecker, e: ts.Expression): readonly ts.Expression[] | undefined {
  if (ts.isParenthesizedExpression(e) || ts.isAsExpression(e) || ts.isSatisfiesExpression(e)) return [e.expression];
  const called = ts.isCallExpression(e);
  const at = called ? e.expression : e;
  const symbol = checker.getSymbolAtLocation(ts.isPropertyAccessExpression(at) ? at.name : at);
  const real = symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const declaration = real?.valueDeclaration;
  if (declaration === undefined) return undefined;
  const value = ts.isVariableDeclaration(declaration) || ts.isPropertyDeclaration(declaration) ? declaration.initializer : undefined;
  if (!called) return value && [value];
  const body = ts.isFunctionLike(declaration) ? declaration : value;
  return body !== undefined && ts.isFunctionLike(body) && "body" in body && body.body ? returned(body.body) : undefined;
}

/** What a function's body returns, its inner functions apart. */
function returned(body: ts.Node): readonly ts.Expression[] {
  if (!ts.isBlock(body)) return [body as ts.Expression];
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node) && node.expression) found.push(node.expression);
    else if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
  return found;
}

/** Names of the handlers in an expression: of the literals it comes from, or of its type; one that only may be there does not count. */
function handlerNames(checker: ts.TypeChecker, e: ts.Expression, depth = 0): readonly string[] {
  if (ts.isObjectLiteralExpression(e)) {
    return e.properties.flatMap((p) => {
      if (ts.isSpreadAssignment(p)) return handlerNames(checker, p.expression, depth + 1);
      return p.name !== undefined ? [p.name.getText()] : [];
    });
  }
  const sources = depth < 8 ? sourcesOf(checker, e) : undefined;
  if (sources !== undefined && sources.length > 0) return sources.flatMap((s) => handlerNames(checker, s, depth + 1));
  const there = checker.getTypeAtLocation(e).getProperties();
  return there.filter((p) => (p.flags & ts.SymbolFlags.Optional) === 0).map((p) => p.name);
}

/** What the definition is called where it stands, whatever this file calls it. */
function definitionName(checker: ts.TypeChecker, sub: ts.Expression): string {
  const symbol = checker.getSymbolAtLocation(sub);
  return symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol).name : sub.getText();
}

/** The routines in the type of a definition, and those that the handlers have. */
function readCall(checker: ts.TypeChecker, call: ts.CallExpression, server: string): Implemented | undefined {
  const [sub, , handlers] = call.arguments;
  if (sub === undefined || handlers === undefined) return undefined;
  const routines = checker.getTypeAtLocation(sub).getProperty("routines");
  if (routines === undefined) return undefined;
  const all = propertyNames(checker.getTypeOfSymbolAtLocation(routines, sub));
  const given = new Set(handlerNames(checker, handlers));
  return { server, subsystem: definitionName(checker, sub), has: all.filter((r) => given.has(r)), lacks: all.filter((r) => !given.has(r)) };
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
  const files = ["glibc-shim", "servers"].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".ts")).map((f) => `${root}${folder}/${f}`),
  );
  const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined });
  const program = ts.createProgram(files.sort(), { ...config?.options, incremental: false, noEmit: true });
  const checker = program.getTypeChecker();
  return program.getSourceFiles().flatMap((file) => {
    const [, folder, library] = room.exec(file.fileName) ?? [];
    const server = folder ?? library;
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

/** At most this many routines are named in a cell. */
const NAMED = 12;

const named = (names: readonly string[]): string =>
  names.length === 0 ? "" : names.length > NAMED ? `${names.length} others` : names.map((n) => `\`${n}\``).join(" ");

/** The table in Markdown: of each interface either what is there or what is not, whichever is shorter. `lib` is what servers share, `glibc-shim` what every process answers. */
export function table(rows: readonly Implemented[]): string {
  const lines = merged(rows).map(({ server, subsystem, has, lacks }) => {
    const which = lacks.length === 0 ? "all" : has.length <= lacks.length ? `only ${named(has)}` : `all but ${named(lacks)}`;
    return `| ${server} | ${subsystem} | ${has.length} of ${has.length + lacks.length} | ${which} |`;
  });
  return ["| server | interface | routines | which |", "|---|---|---|---|", ...lines, ""].join("\n");
}

const BEGIN = "<!-- npm run status -- --write -->\n";
const END = "<!-- end of status -->\n";

/** `text` with the table between its marks replaced. */
export function withTable(text: string, rows: readonly Implemented[]): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error("there are no marks for the table");
  return text.slice(0, from + BEGIN.length) + table(rows) + text.slice(to);
}

function main(args: readonly string[]): void {
  const readme = `${root}servers/README.md`;
  if (args.includes("--write")) writeFileSync(readme, withTable(readFileSync(readme, "utf8"), status()));
  else process.stdout.write(table(status()));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
