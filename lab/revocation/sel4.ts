/** seL4: capabilities are derived from others, and the kernel keeps the tree; to revoke one takes away all that was derived from it, and nothing else. */
import { Machine } from "../../mach/kern/machine.ts";
import { sys } from "../composed/calls.ts";
import { CapabilityKernel } from "../composed/kernel.ts";
import type { CapabilityProcess } from "../composed/process.ts";
import { cannotForge, type Revocable } from "./revocable.ts";

/** A capability where it stands, and those that were derived from it. */
interface Derived {
  readonly holder: CapabilityProcess;
  readonly slot: number;
  readonly children: Derived[];
}

/** Mints a copy of `from` into `holder`'s space. */
function derive(from: Derived, holder: CapabilityProcess): Derived {
  const capability = from.holder.space.capabilityAt(from.slot);
  if (capability === undefined) throw new Error("nothing to derive from");
  const made = { holder, slot: holder.space.addFd(holder.space.add({ ...capability }), false), children: [] };
  from.children.push(made);
  return made;
}

function revokeBelow({ children }: Derived): void {
  for (const child of children.splice(0)) {
    revokeBelow(child);
    child.holder.space.close(child.slot);
  }
}

/** S mints one copy for each client out of a copy of its own for each, so that it can tell them apart. */
export function derivedCapability(): Revocable {
  const kernel = new CapabilityKernel(new Machine({ instructions: new Map() }));
  const boot = (name: string): CapabilityProcess =>
    kernel.boot(name, function* () {
      yield* sys("pause", {});
      return 0;
    });
  const [s, p, q] = [boot("S"), boot("P"), boot("Q")];
  kernel.machine.run();
  const root: Derived = { holder: s, slot: s.space.addFd(s.space.add({ object: "endpoint", kind: "endpoint", rights: ["send"], yields: [] }), false), children: [] };
  const own = derive(root, s);
  const given = { P: derive(own, p), Q: derive(derive(root, s), q) };
  return {
    use(by) {
      let worked = false;
      const { holder, slot } = given[by];
      kernel.spawnThread(holder, function* () {
        worked = (yield* sys("use", { fd: slot, right: "send" })) === 0;
        return 0;
      });
      kernel.machine.run();
      return worked;
    },
    forge: cannotForge,
    revoke: () => revokeBelow(own),
  };
}
