/** Shell variables: values, the marks export and readonly, and `local` scopes of functions. */

export interface Variable {
  /** undefined: marked, not set. */
  readonly value: string | undefined;
  readonly exported: boolean;
  readonly readonly: boolean;
}

/** A variable may not be changed. */
export class ReadonlyError extends Error {
  override readonly name = "ReadonlyError";
}

export class Variables {
  readonly #all: Map<string, Variable>;
  /** One map a running function: what `local` put aside. */
  readonly #scopes: Map<string, Variable | undefined>[] = [];
  constructor(all: ReadonlyMap<string, Variable> = new Map()) {
    this.#all = new Map(all);
  }
  /** The variables of a subshell. */
  copy(): Variables {
    const copy = new Variables(this.#all);
    for (const scope of this.#scopes) copy.#scopes.push(new Map(scope));
    return copy;
  }
  get(name: string): string | undefined {
    return this.#all.get(name)?.value;
  }
  /** Throws ReadonlyError. */
  set(name: string, value: string, mark: { readonly exported?: boolean; readonly readonly?: boolean } = {}): void {
    this.#writable(name);
    const old = this.#all.get(name);
    this.#all.set(name, { value, exported: mark.exported ?? old?.exported ?? false, readonly: mark.readonly ?? false });
  }
  /** export and readonly without a value. */
  mark(name: string, mark: "exported" | "readonly"): void {
    const old = this.#all.get(name) ?? { value: undefined, exported: false, readonly: false };
    this.#all.set(name, { ...old, [mark]: true });
  }
  unset(name: string): void {
    this.#writable(name);
    this.#all.delete(name);
  }
  #writable(name: string): void {
    if (this.#all.get(name)?.readonly) throw new ReadonlyError(`${name}: is read only`);
  }
  /** All, by name. */
  entries(): readonly (readonly [string, Variable])[] {
    return [...this.#all].sort(([a], [b]) => (a < b ? -1 : 1));
  }
  /** What a program gets. */
  environment(): Map<string, string> {
    const found = new Map<string, string>();
    for (const [name, v] of this.#all) if (v.exported && v.value !== undefined) found.set(name, v.value);
    return found;
  }
  enter(): void {
    this.#scopes.push(new Map());
  }
  leave(): void {
    for (const [name, old] of this.#scopes.pop() ?? []) this.restore(name, old);
  }
  /** Makes `name` local to the running function, its value kept (as in dash). False outside of functions. */
  local(name: string): boolean {
    const scope = this.#scopes.at(-1);
    if (!scope) return false;
    if (!scope.has(name)) scope.set(name, this.#all.get(name));
    return true;
  }
  /** A variable as it was, to put back later. */
  save(name: string): Variable | undefined {
    return this.#all.get(name);
  }
  restore(name: string, old: Variable | undefined): void {
    if (old) this.#all.set(name, old);
    else this.#all.delete(name);
  }
}
