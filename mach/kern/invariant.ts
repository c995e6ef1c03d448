/** A rule of ours was broken: a bug in the simulator, never an error of a program. Stops the machine. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** States a rule that must hold here; breaking it stops the machine with the rule's text and the facts. */
export function invariant(holds: boolean, rule: string, a?: unknown, b?: unknown, c?: unknown): asserts holds {
  if (!holds) broken(rule, [a, b, c].filter((fact) => fact !== undefined));
}

/** Apart, so that a rule that holds costs one comparison. */
function broken(rule: string, facts: readonly unknown[]): never {
  throw new InvariantError(`invariant broken: ${rule}${facts.length ? ` ${JSON.stringify(facts)}` : ""}`);
}
