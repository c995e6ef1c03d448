/** The measures of comparison.md §2, over an authority graph. All are sets of right-atoms, sorted; a count is their length. */
import { atoms, type Atom, type AuthorityGraph, type Control, type Holding, type Want } from "./authority.ts";

/** What P holds in its tables. */
export const direct = (graph: AuthorityGraph, task: string): readonly Atom[] => atoms(graph.holdings.filter((h) => h.task === task));

/** What P can come to hold with at most `steps` protocol steps; all of it by default. */
export function reach(graph: AuthorityGraph, task: string, steps = Infinity): readonly Atom[] {
  let have = new Set<Atom>(direct(graph, task));
  for (let step = 0; step < steps; step++) {
    const more = graph.yields.filter((y) => have.has(`${y.object} ${y.right}`)).map(({ gives, rights }) => ({ object: gives, rights }));
    const next = new Set([...have, ...atoms(more)]);
    if (next.size === have.size) break;
    have = next;
  }
  return [...have].sort();
}

/** What P can find by what describes its arguments. */
export const named = (graph: AuthorityGraph, task: string): readonly Atom[] => atoms(graph.namings.filter((n) => n.task === task));

const minus = (a: readonly Atom[], ...others: readonly (readonly Atom[])[]): readonly Atom[] => {
  const gone = new Set(others.flat());
  return a.filter((x) => !gone.has(x));
};

/** What one program got, against what it wanted and was given. */
export interface Judgement {
  readonly direct: readonly Atom[];
  readonly reach: readonly Atom[];
  readonly named: readonly Atom[];
  /** Held, and neither wanted nor granted. */
  readonly leak: readonly Atom[];
  /** The same of what can be reached, less what can be reached from what was wanted and granted. */
  readonly reachLeak: readonly Atom[];
  /** Held, and not to be found by its arguments. */
  readonly unnamed: readonly Atom[];
  /** Granted and held, but not wanted: no leak. */
  readonly excess: readonly Atom[];
  /** Wanted, but not held. */
  readonly missing: readonly Atom[];
  /** Who else can steer it. */
  readonly control: readonly Control[];
}

/** Judges `task` by `manifest` and `grant`. */
export function judge(graph: AuthorityGraph, task: string, manifest: readonly Want[], grant: readonly Want[]): Judgement {
  const held = direct(graph, task);
  const wanted = atoms(manifest);
  const granted = atoms(grant);
  const all = reach(graph, task);
  const proper: readonly Holding[] = [...manifest, ...grant].map(({ object, rights }) => ({ task, object, rights, at: "" }));
  return {
    direct: held,
    reach: all,
    named: named(graph, task),
    leak: minus(held, wanted, granted),
    reachLeak: minus(all, reach({ ...graph, holdings: proper }, task)),
    unnamed: minus(held, named(graph, task)),
    excess: minus(granted.filter((a) => held.includes(a)), wanted),
    missing: minus(wanted, held),
    control: controlSet(graph, task),
  };
}

/** Edges by which a task other than `task` steers it. */
export const controlSet = (graph: AuthorityGraph, task: string): readonly Control[] => graph.controls.filter((c) => c.of === task && c.by !== task);

/** Objects that `invokable` names less those for which `task` holds a right of their own (comparison.md §2, "Forgery gap"). */
export const forgeryGap = (graph: AuthorityGraph, task: string, invokable: readonly string[]): number => {
  const own = new Set(graph.holdings.filter((h) => h.task === task).map((h) => h.object));
  return new Set(invokable.filter((o) => !own.has(o))).size;
};
