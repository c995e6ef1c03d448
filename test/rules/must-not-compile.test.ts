import ts from "typescript";
import { expect } from "chai";
import { root } from "./sources.ts";

const HEAD = `
import { asPort, copySend, type MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { serve } from "../../mach/mig/server.ts";
import { fs, fsCall } from "../../servers/interfaces/fs.ts";
import { io, ioCall } from "../../servers/interfaces/io.ts";
import { msgCall } from "../../servers/interfaces/msg.ts";
declare const port: MachPort;
export const used = [asPort, copySend, serve, fs, fsCall, io, ioCall, msgCall, port];
`;
const inProgram = (body: string): string => `${HEAD}export function* f(): Syscall<unknown> { ${body} }`;

/** What the types must refuse, and what they must not: the same thing done right. */
const pairs: readonly { readonly rule: string; readonly wrong: string; readonly right: string }[] = [
  { rule: "a number is no port", wrong: inProgram("return yield* ioCall.io_stat(5, {});"), right: inProgram("return yield* ioCall.io_stat(asPort(5), {});") },
  {
    rule: "arguments have the interface's own names",
    wrong: inProgram("return yield* ioCall.io_read(port, { offset: -1, size: 5 });"),
    right: inProgram("return yield* ioCall.io_read(port, { offset: -1, amount: 5 });"),
  },
  { rule: "no argument is left out", wrong: inProgram("return yield* ioCall.io_read(port, { offset: -1 });"), right: inProgram("return yield* ioCall.io_readable(port, {});") },
  {
    rule: "there is no result before the code has been looked at",
    wrong: inProgram("const r = yield* ioCall.io_read(port, { offset: -1, amount: 5 }); return r.data;"),
    right: inProgram("const r = yield* ioCall.io_read(port, { offset: -1, amount: 5 }); return r.err ? r.err : r.data;"),
  },
  {
    rule: "a call is not its result: yield* is needed",
    wrong: inProgram("const r = ioCall.io_readable(port, {}); return r.err;"),
    right: inProgram("const r = yield* ioCall.io_readable(port, {}); return r.err;"),
  },
  {
    rule: "who sends a right that may travel in several ways says how",
    wrong: inProgram("return yield* ioCall.io_reauthenticate(port, { rendezvous2: port });"),
    right: inProgram("return yield* ioCall.io_reauthenticate(port, { rendezvous2: copySend(port) });"),
  },
  {
    rule: "a routine of another interface is not there",
    wrong: inProgram("return yield* ioCall.dir_lookup(port, { file_name: '', flags: 0, mode: 0 });"),
    right: inProgram("return yield* fsCall.dir_lookup(port, { file_name: '', flags: 0, mode: 0 });"),
  },
  {
    rule: "a handler gives all out arguments, of their kinds",
    wrong: `${HEAD}export const d = serve(io, () => 1, { *io_read() { return { err: 0, data: "text" }; } });`,
    right: `${HEAD}export const d = serve(io, () => 1, { *io_read() { return { err: 0, data: new Uint8Array(0) }; } });`,
  },
  {
    rule: "a handler is for a routine of the interface",
    wrong: `${HEAD}export const d = serve(io, () => 1, { *io_reed() { return { err: 0 }; } });`,
    right: `${HEAD}export const d = serve(io, () => 1, { *io_readnotify() { return { err: 0 }; } });`,
  },
  {
    rule: "a one-way routine answers nothing",
    wrong: inProgram("const r = yield* ioCall.io_reauthenticate(port, { rendezvous2: copySend(port) }); return r.err ? 0 : r.newport;"),
    right: inProgram("const r = yield* ioCall.io_duplicate(port, {}); return r.err ? 0 : r.newport;"),
  },
];

/** Type errors in each of the texts, compiled together. */
function errorsIn(texts: readonly string[]): readonly (readonly string[])[] {
  const files = new Map(texts.map((text, i) => [`${root}test/rules/snippet-${i}.ts`, text]));
  const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined });
  const options = { ...config?.options, incremental: false, noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
  const host = ts.createCompilerHost(options);
  const [get, exists, read] = [host.getSourceFile.bind(host), host.fileExists.bind(host), host.readFile.bind(host)];
  host.fileExists = (name) => files.has(name) || exists(name);
  host.readFile = (name) => files.get(name) ?? read(name);
  host.getSourceFile = (name, target) => {
    const text = files.get(name);
    return text === undefined ? get(name, target) : ts.createSourceFile(name, text, target);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].map((name) =>
    program.getSemanticDiagnostics(program.getSourceFile(name)).map((d) => ts.flattenDiagnosticMessageText(d.messageText, " ")),
  );
}

describe("what must not compile", function () {
  this.timeout(120_000);
  let errors: readonly (readonly string[])[] = [];
  before(() => {
    errors = errorsIn(pairs.flatMap((p) => [p.wrong, p.right]));
  });

  for (const [i, { rule }] of pairs.entries()) {
    it(`${rule}`, () => {
      expect(errors[2 * i], "the offence").not.to.have.length(0);
      expect(errors[2 * i + 1], "the same done right").to.deep.equal([]);
    });
  }
});
