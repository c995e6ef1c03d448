/** Descriptors: what has been passed is the receiver's, and S can only close its own (but for terminals, which POSIX systems can revoke). */
import { Machine } from "../../mach/kern/machine.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { CloudAbiKernel } from "../cloudabi/kernel/kernel.ts";
import { fdClose, fdRead, pause } from "../cloudabi/libc/calls.ts";
import { furnish as furnishCloud } from "../cloudabi/world.ts";
import type { Held } from "../model/launch.ts";
import { PosixKernel } from "../posix/kernel.ts";
import { sys } from "../posix/libc.ts";
import { furnish } from "../posix/scenario.ts";
import { cannotForge, type Revocable } from "./revocable.ts";

const FD = 3;
const holds: readonly Held[] = [{ object: "file", kind: "file", rights: ["r"], at: [FD], closeOnExec: false }];

/** POSIX: the descriptor reaches both by fork. */
export function posixDescriptor(): Revocable {
  const machine = new Machine({ instructions: new Map() });
  const kernel = new PosixKernel(machine);
  const forever = function* (): Syscall<number> {
    yield* sys("pause", {});
    return 0;
  };
  const s = kernel.boot("S", function* () {
    for (const name of ["P", "Q"]) yield* sys("fork", { name, body: forever });
    return yield* forever();
  });
  furnish(s, holds);
  machine.run();
  const within = (name: string, body: () => Syscall<number>): void => {
    const process = kernel.all.find((p) => p.name === name);
    if (process !== undefined) kernel.spawnThread(process, body);
    machine.run();
  };
  return {
    use(by) {
      let worked = false;
      within(by, function* () {
        worked = (yield* sys("use", { fd: FD, right: "r" })) === 0;
        return 0;
      });
      return worked;
    },
    forge: cannotForge,
    revoke: () =>
      within("S", function* () {
        yield* sys("close", { fd: FD });
        return 0;
      }),
  };
}

/** CloudABI: the descriptor is in each one's table. */
export function cloudDescriptor(): Revocable {
  const machine = new Machine({ instructions: new Map() });
  const kernel = new CloudAbiKernel(machine);
  const { slots } = furnishCloud(kernel, holds, "p");
  const forever = function* (): Syscall<number> {
    yield* pause();
    return 0;
  };
  const all = { S: kernel.start("S", slots, forever), P: kernel.start("P", slots, forever), Q: kernel.start("Q", slots, forever) };
  machine.run();
  const within = (name: keyof typeof all, body: () => Syscall<number>): void => {
    kernel.spawnThread(all[name], body);
    machine.run();
  };
  return {
    use(by) {
      let worked = false;
      within(by, function* () {
        worked = (yield* fdRead(FD, 1)).err === 0;
        return 0;
      });
      return worked;
    },
    forge: cannotForge,
    revoke: () =>
      within("S", function* () {
        yield* fdClose(FD);
        return 0;
      }),
  };
}
