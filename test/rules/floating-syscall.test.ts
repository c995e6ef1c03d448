import ts from "typescript";
import { expect } from "chai";
import { root } from "./sources.ts";

/** A Syscall that is built and dropped: a call statement, or a `void` one, whose type is a Generator. */
export function floating(program: ts.Program, own: (name: string) => boolean): readonly string[] {
  const checker = program.getTypeChecker();
  const found: string[] = [];
  for (const file of program.getSourceFiles()) {
    if (file.isDeclarationFile || !own(file.fileName)) continue;
    const visit = (node: ts.Node): void => {
      if (ts.isExpressionStatement(node) && isGenerator(checker, node.expression)) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        found.push(`${file.fileName.replace(root, "")}:${line + 1}: ${node.getText().slice(0, 80)}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

/** What is stored is not dropped. */
const isAssignment = (e: ts.Expression): boolean => ts.isBinaryExpression(e) && e.operatorToken.kind === ts.SyntaxKind.EqualsToken;

const isGenerator = (checker: ts.TypeChecker, e: ts.Expression): boolean =>
  !ts.isYieldExpression(e) && !isAssignment(e) && ["Generator", "Syscall"].includes(checker.getTypeAtLocation(ts.isVoidExpression(e) ? e.expression : e).symbol?.name ?? "");

function programOf(names: readonly string[] | undefined, extra?: ReadonlyMap<string, string>): ts.Program {
  const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined });
  if (!config) throw new Error("tsconfig.json cannot be read");
  const options = { ...config.options, incremental: false };
  delete options.tsBuildInfoFile;
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.readFile = (name) => extra?.get(name) ?? read(name);
  host.fileExists = (name) => extra?.has(name) === true || exists(name);
  const get = host.getSourceFile.bind(host);
  host.getSourceFile = (name, target) => {
    const text = extra?.get(name);
    return text === undefined ? get(name, target) : ts.createSourceFile(name, text, target);
  };
  return ts.createProgram(names ?? config.fileNames, options, host);
}

describe("floating system calls", () => {
  it("are found: a call without yield* is an offence, one with it is not", () => {
    const name = `${root}test/rules/example.ts`;
    const text = `import { mach_task_self, type Syscall } from "../../mach/kern/syscall.ts";
export function* f(): Syscall<void> { mach_task_self(); void mach_task_self(); yield* mach_task_self(); }`;
    const found = floating(programOf([name], new Map([[name, text]])), (n) => n === name);
    expect(found).to.have.length(2);
  }).timeout(60_000);

  it("do not occur: no system call is made without yield*", () => {
    expect(floating(programOf(undefined), (n) => !n.includes("node_modules"))).to.deep.equal([]);
  }).timeout(120_000);
});
