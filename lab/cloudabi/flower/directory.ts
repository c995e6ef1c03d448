/** Who serves which labels, and what a handle may do with that (cloudabi.md §8, Flower). No descriptors are used here: only rules. */
import { merge, type Labels } from "./labels.ts";
import type { FlowerRight, Status } from "./protocol.ts";

/** A server or an egress. */
export interface Target {
  readonly labels: Labels;
  readonly kind: "server" | "egress";
  /** The switchboard's end of its channel. */
  readonly channel: number;
}

/** What one connection to the switchboard may do. */
export interface Handle {
  readonly rights: readonly FlowerRight[];
  /** On all that it serves. */
  readonly inLabels: Labels;
  /** On all that it connects to. */
  readonly outLabels: Labels;
}

/** An outcome that is none. */
export interface Refusal {
  readonly status: Exclude<Status, "OK">;
  readonly message: string;
}
const refuse = (status: Refusal["status"], message: string): Refusal => ({ status, message });
export const isRefusal = (x: object): x is Refusal => "status" in x;

/** The handle's labels with more; PERMISSION_DENIED when one is set already to another value. */
export function withLabels(handle: Handle, which: "inLabels" | "outLabels", more: Labels): { readonly labels: Labels } | Refusal {
  const { merged, conflicts } = merge(handle[which], more);
  const side = which === "inLabels" ? "In" : "Out";
  return conflicts.length === 0 ? { labels: merged } : refuse("PERMISSION_DENIED", `${side}-labels ${JSON.stringify(conflicts)} are already defined with different values`);
}

/** PERMISSION_DENIED when the handle lacks one of `rights`. */
export function needRights(handle: Handle, rights: readonly FlowerRight[]): Refusal | undefined {
  const missing = rights.filter((r) => !handle.rights.includes(r));
  return missing.length === 0 ? undefined : refuse("PERMISSION_DENIED", `Rights ${JSON.stringify(missing)} are not present on this handle`);
}

/** A handle that can do at most what `handle` can: fewer rights, more labels. */
export function constrain(handle: Handle, rights: readonly FlowerRight[], inLabels: Labels, outLabels: Labels): Handle | Refusal {
  const lacking = needRights(handle, rights);
  if (lacking !== undefined) return lacking;
  const incoming = withLabels(handle, "inLabels", inLabels);
  const outgoing = withLabels(handle, "outLabels", outLabels);
  if (isRefusal(incoming)) return incoming;
  return isRefusal(outgoing) ? outgoing : { rights, inLabels: incoming.labels, outLabels: outgoing.labels };
}

export class Directory {
  protected targets: Target[] = [];

  get all(): readonly Target[] {
    return this.targets;
  }

  /** FAILED_PRECONDITION when some target's labels do not conflict with these: a connection could mean both. */
  register(target: Target): Refusal | undefined {
    if (this.matching(target.labels).length > 0) return refuse("FAILED_PRECONDITION", "Another target with no conflicting labels exists");
    this.targets.push(target);
    return undefined;
  }

  /** The one target whose labels do not conflict. NOT_FOUND: none; FAILED_PRECONDITION: several, told apart by labels that the message names. */
  lookUp(out: Labels): { readonly target: Target; readonly labels: Labels } | Refusal {
    const [target, another] = this.matching(out);
    if (target === undefined) return refuse("NOT_FOUND", "No matching target found");
    if (another === undefined) return { target, labels: merge(out, target.labels).merged };
    const by = merge(target.labels, another.labels).conflicts;
    return refuse("FAILED_PRECONDITION", `Labels match multiple targets, which can be resolved by adding one of the labels ${JSON.stringify(by)}`);
  }

  matching(labels: Labels): readonly Target[] {
    return this.targets.filter((t) => merge(labels, t.labels).conflicts.length === 0);
  }

  /** The target has gone. */
  remove(channel: number): void {
    this.targets = this.targets.filter((t) => t.channel !== channel);
  }
}

/** Addresses in the place of labels, to compare with: a name is the whole set, everybody can say it, and who binds it last has it. */
export class AddressBook extends Directory {
  override register(target: Target): undefined {
    this.targets = [...this.targets.filter((t) => !same(t.labels, target.labels)), target];
    return undefined;
  }

  override lookUp(out: Labels): { readonly target: Target; readonly labels: Labels } | Refusal {
    const target = this.targets.find((t) => same(t.labels, out));
    return target === undefined ? refuse("NOT_FOUND", "No such address") : { target, labels: out };
  }
}

const same = (a: Labels, b: Labels): boolean => a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
