/** `boot --rpctrace`: messages as lines on stderr while they go. */
import { Expression, ExpressionError } from "../../rpctrace/expression.ts";
import { paintFor } from "../../rpctrace/colour.ts";
import { foreignInterfaces } from "../../rpctrace/foreign.ts";
import { RpctraceFormat } from "../../rpctrace/format.ts";
import type { BootOptions } from "../options.ts";
import type { Observer } from "./observers.ts";

/** Who prints them. Throws one line for a file that cannot be read, and ExpressionError for a filter that means nothing. */
export function rpctraceLines({ rpctrace, rpctraceFilter, foreign }: BootOptions): Observer | undefined {
  if (rpctrace === undefined) return undefined;
  const write = (text: string): void => void process.stderr.write(text);
  const interfaces = foreignInterfaces(foreign, (line) => write(`boot: ${line}\n`));
  const filter = rpctraceFilter === undefined ? undefined : filterOf(rpctraceFilter, () => Expression.parse(rpctraceFilter, interfaces));
  const format = new RpctraceFormat(write, { tasks: rpctrace, filter, interfaces, paint: paintFor(process.stderr, process.env) });
  return { event: (event) => format.event(event), end: () => format.end() };
}

/** The option's name before what is wrong with it. */
function filterOf(text: string, parse: () => Expression): Expression {
  try {
    return parse();
  } catch (e) {
    throw e instanceof ExpressionError ? new ExpressionError(`--rpctrace-filter "${text}": ${e.message}`) : e;
  }
}
