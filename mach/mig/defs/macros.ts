/** `#define`: macros and their replacement, by the C preprocessor's rules. A macro does not replace what came out of itself. */
import { DefsError, MAX_DEPTH } from "./place.ts";
import type { Token } from "./lexer.ts";

/** A macro. `params` undefined: it takes no parentheses. */
export interface Macro {
  readonly params: readonly string[] | undefined;
  readonly body: readonly Token[];
}

/** More tokens than this come of no honest file. */
const MAX_TOKENS = 100_000;

/** Reads what stands after `#define`. */
export function parseDefine(tokens: readonly Token[], line: Token): readonly [name: string, macro: Macro] {
  const [name, open] = tokens;
  if (name?.kind !== "name") throw new DefsError(line.place, "#define wants a name");
  if (open?.text !== "(" || open.spaced) return [name.text, { params: undefined, body: tokens.slice(1) }];
  const end = tokens.findIndex((t) => t.text === ")");
  const params = tokens.slice(2, end);
  const names = params.filter((_, i) => i % 2 === 0);
  const wellFormed = end > 0 && params.length !== 0 === (params.length % 2 === 1) && params.every((p, i) => (i % 2 === 0 ? p.kind === "name" : p.text === ","));
  if (!wellFormed) throw new DefsError(name.place, `the parameters of ${name.text} are not names with commas between`);
  return [name.text, { params: names.map((p) => p.text), body: tokens.slice(end + 1) }];
}

/** Takes a call's arguments off the stack, whose top is the opening parenthesis; undefined when there is none or no end. */
function takeArguments(stack: Token[], call: Token): readonly (readonly Token[])[] | undefined {
  if (stack.at(-1)?.text !== "(") return undefined;
  const found: Token[][] = [[]];
  let depth = 0;
  for (let t = stack.pop(); t !== undefined; t = stack.pop()) {
    if (t.text === "(" && depth++ === 0) continue;
    if (t.text === ")" && --depth === 0) return found;
    if (t.text === "," && depth === 1) found.push([]);
    else found.at(-1)?.push(t);
  }
  throw new DefsError(call.place, `the call of ${call.text} has no closing parenthesis`);
}

/** Joins the tokens around each `##`. */
function paste(tokens: readonly Token[]): readonly Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const t = tokens[i];
    if (t === undefined) break;
    const left = out.at(-1);
    const right = tokens[i + 1];
    if (t.text !== "##" || left === undefined || right === undefined) out.push(t);
    else {
      out[out.length - 1] = { ...left, text: left.text + right.text };
      i++;
    }
  }
  return out;
}

/** A macro's body with its arguments in it. An argument next to `##` stays as written, others are replaced first. */
function substitute(name: string, macro: Macro, args: readonly (readonly Token[])[], macros: ReadonlyMap<string, Macro>, call: Token, depth: number): readonly Token[] {
  const params = macro.params ?? [];
  const given = params.length === 0 && args.length === 1 && args[0]?.length === 0 ? [] : args;
  if (given.length !== params.length) throw new DefsError(call.place, `${name} takes ${params.length} arguments and is given ${given.length}`);
  const full = new Map(params.map((p, i) => [p, { written: given[i] ?? [], replaced: expand(given[i] ?? [], macros, depth + 1) }]));
  const body = macro.body.flatMap((t, i) => {
    const arg = full.get(t.text);
    if (arg === undefined) return [t];
    const pasted = macro.body[i - 1]?.text === "##" || macro.body[i + 1]?.text === "##";
    return pasted ? arg.written : arg.replaced;
  });
  return paste(body);
}

/** Replaces macros in `tokens`. Throws `DefsError` for a wrong number of arguments, and when the text grows without measure. */
export function expand(tokens: readonly Token[], macros: ReadonlyMap<string, Macro>, depth = 0): readonly Token[] {
  if (depth > MAX_DEPTH) throw new DefsError(tokens[0]?.place ?? { file: "command line", line: 1 }, "macro calls are nested too deep");
  const out: Token[] = [];
  const stack = [...tokens].reverse();
  let budget = MAX_TOKENS;
  for (let t = stack.pop(); t !== undefined; t = stack.pop()) {
    const token = t;
    const macro = token.kind === "name" && token.hidden?.has(token.text) !== true ? macros.get(token.text) : undefined;
    const args = macro?.params === undefined ? [] : takeArguments(stack, token);
    if (macro === undefined || args === undefined) {
      out.push(token);
      continue;
    }
    const body = macro.params === undefined ? paste(macro.body) : substitute(token.text, macro, args, macros, token, depth);
    budget -= body.length + 1;
    if (budget < 0) throw new DefsError(token.place, `the macro ${token.text} grows too large`);
    for (const b of [...body].reverse()) {
      stack.push({ ...b, place: token.place, hidden: new Set([...(token.hidden ?? []), ...(b.hidden ?? []), token.text]) });
    }
  }
  return out;
}
