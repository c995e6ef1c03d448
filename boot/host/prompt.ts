/** The debugger's prompt on this terminal, or its commands from a pipe, a line each. */
import { createInterface } from "node:readline";
import type { Debugger } from "../debugger/debugger.ts";

const PROMPT = "(replay) ";

/** Commands until `quit`, or the end of the input. */
export async function prompt(debug: Debugger): Promise<void> {
  const { stdin: input, stdout: output } = process;
  const terminal = input.isTTY && output.isTTY;
  const lines = terminal ? createInterface({ input, output, prompt: PROMPT }) : createInterface({ input });
  const print = (text: readonly string[]): void => void (text.length > 0 && output.write(`${text.join("\n")}\n`));
  print(debug.where());
  if (terminal) lines.prompt();
  for await (const line of lines) {
    const answer = debug.command(line);
    if (answer === "quit") break;
    print(answer);
    if (terminal) lines.prompt();
  }
  lines.close();
}
