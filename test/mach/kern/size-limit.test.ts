import { expect } from "chai";
import { gnumachCall } from "../../../mach/interfaces/gnumach.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { Kern } from "../../../mach/kern/kern-return.ts";
import { mach_host_self, type Syscall } from "../../../mach/kern/syscall.ts";
import { PAGE_SIZE } from "../../../mach/vm/page.ts";
import { run, type Context } from "./boot-machine.ts";

const MIB = 1 << 20;
const UNLIMITED = 0xffffffff;

/** Runs calls on a machine; what they push is the answer. */
function answers(body: (context: Context, got: unknown[]) => Syscall<void>): readonly unknown[] {
  const got: unknown[] = [];
  run((context) => body(context, got));
  return got;
}

function* limitOf(task: MachPort): Syscall<readonly number[]> {
  const got = yield* gnumachCall.vm_get_size_limit(task, {});
  return got.err ? [got.err] : [got.current_limit >>> 0, got.max_limit >>> 0];
}
function* limit(host: MachPort, map: MachPort, current: number, maximum = current): Syscall<number> {
  return (yield* gnumachCall.vm_set_size_limit(host, { map, current_limit: current | 0, max_limit: maximum | 0 })).err;
}
/** The code of an allocation anywhere. */
function* allocate(task: MachPort, size: number): Syscall<number> {
  return (yield* machCall.vm_allocate(task, { address: 0, size, anywhere: true })).err;
}
/** Room that may never be used, or may later. */
function* reserve(task: MachPort, size: number, maximum: number): Syscall<number> {
  const r = yield* machCall.vm_map(task, {
    ...{ address: 0, size, mask: 0, anywhere: true, memory_object: MACH_PORT_NULL, offset: 0, copy: true },
    ...{ cur_protection: 0, max_protection: maximum, inheritance: 1 },
  });
  return r.err;
}
/** What a task has mapped. */
function* mapped(task: MachPort): Syscall<number> {
  let total = 0;
  for (let address = 0; ; ) {
    const region = yield* machCall.vm_region(task, { address });
    if (region.err) return total;
    total += region.size;
    address = (region.address >>> 0) + region.size;
  }
}

describe("the limit of an address space", () => {
  it("is none at first (recorded: -1 -1)", () => {
    expect(answers(function* ({ self }, out) {
      out.push(yield* limitOf(self));
    })).to.deep.equal([[UNLIMITED, UNLIMITED]]);
  });

  it("is set through the host's name port; the maximum is raised through the privileged port alone: KERN_NO_ACCESS", () => {
    const got = answers(function* ({ self, host: privileged }, out) {
      const host = yield* mach_host_self();
      out.push(yield* limit(host, self, 128 * MIB, 512 * MIB), yield* limitOf(self));
      out.push(yield* limit(host, self, 512 * MIB, 512 * MIB), yield* limit(host, self, 128 * MIB, 1024 * MIB), yield* limitOf(self));
      out.push(yield* limit(privileged, self, 640 * MIB, 1024 * MIB), yield* limitOf(self));
    });
    expect(got).to.deep.equal([0, [128 * MIB, 512 * MIB], 0, Kern.NO_ACCESS, [512 * MIB, 512 * MIB], 0, [640 * MIB, 1024 * MIB]]);
  });

  it("wants current ≤ maximum (KERN_INVALID_ARGUMENT), then a task (KERN_INVALID_TASK), then a host (KERN_INVALID_HOST), then the right", () => {
    const got = answers(function* ({ self, host: privileged }, out) {
      const host = yield* mach_host_self();
      out.push(yield* limit(self, host, 2, 1), yield* limit(self, host, 1), yield* limit(self, MACH_PORT_NULL, 1), yield* limit(self, self, UNLIMITED));
      out.push(yield* limit(privileged, self, UNLIMITED), yield* limitOf(host));
    });
    expect(got).to.deep.equal([Kern.INVALID_ARGUMENT, Kern.INVALID_TASK, Kern.INVALID_TASK, Kern.INVALID_HOST, 0, [Kern.INVALID_TASK]]);
  });

  it("compares unsigned: no limit is above 2 GiB", () => {
    const got = answers(function* ({ self }, out) {
      out.push(yield* limit(yield* mach_host_self(), self, 0x7fffffff, UNLIMITED), yield* limit(yield* mach_host_self(), self, 0xa0000000, 0x80000000));
    });
    expect(got).to.deep.equal([0, Kern.INVALID_ARGUMENT]);
  });

  it("is exact: vm_allocate and vm_map are KERN_NO_SPACE one page above it, and have changed nothing; what is given back can be had again", () => {
    const got = answers(function* ({ self }, out) {
      const before = yield* mapped(self);
      out.push(yield* limit(yield* mach_host_self(), self, before + 4 * PAGE_SIZE));
      out.push(yield* allocate(self, 5 * PAGE_SIZE), yield* reserve(self, 5 * PAGE_SIZE, 7), (yield* mapped(self)) - before);
      const place = yield* machCall.vm_allocate(self, { address: 0, size: 4 * PAGE_SIZE, anywhere: true });
      out.push(place.err, yield* allocate(self, 1), yield* allocate(self, 0));
      if (!place.err) yield* machCall.vm_deallocate(self, { address: place.address + PAGE_SIZE, size: PAGE_SIZE });
      out.push(yield* allocate(self, PAGE_SIZE), yield* allocate(self, 1));
    });
    expect(got).to.deep.equal([0, Kern.NO_SPACE, Kern.NO_SPACE, 0, 0, Kern.NO_SPACE, 0, 0, Kern.NO_SPACE]);
  });

  it("below what is mapped already takes nothing away, and gives nothing more", () => {
    const got = answers(function* ({ self }, out) {
      const before = yield* mapped(self);
      out.push(yield* limit(yield* mach_host_self(), self, 0, UNLIMITED), (yield* mapped(self)) - before, yield* allocate(self, 1));
    });
    expect(got).to.deep.equal([0, 0, Kern.NO_SPACE]);
  });

  it("does not count what may never be accessed; memory that becomes so no longer counts, and cannot come back", () => {
    const got = answers(function* ({ self }, out) {
      const before = yield* mapped(self);
      yield* limit(yield* mach_host_self(), self, before + 4 * PAGE_SIZE);
      out.push(yield* reserve(self, 512 * MIB, 0));
      const place = yield* machCall.vm_allocate(self, { address: 0, size: 4 * PAGE_SIZE, anywhere: true });
      out.push(place.err, yield* allocate(self, PAGE_SIZE));
      if (place.err) return;
      const { address } = place;
      const protect = (setMaximum: boolean, protection: number): Syscall<{ readonly err: number }> =>
        machCall.vm_protect(self, { address, size: 2 * PAGE_SIZE, set_maximum: setMaximum, new_protection: protection });
      yield* protect(false, 0);
      out.push(yield* allocate(self, PAGE_SIZE));
      yield* protect(true, 0);
      out.push((yield* protect(true, 7)).err, yield* allocate(self, 2 * PAGE_SIZE), yield* allocate(self, PAGE_SIZE));
    });
    expect(got).to.deep.equal([0, 0, Kern.NO_SPACE, Kern.NO_SPACE, Kern.PROTECTION_FAILURE, 0, Kern.NO_SPACE]);
  });

  it("goes to a child, with memory or without; the copy of the memory itself is always made", () => {
    const got = answers(function* ({ self }, out) {
      yield* allocate(self, MIB);
      yield* limit(yield* mach_host_self(), self, PAGE_SIZE, MIB);
      for (const inherit_memory of [true, false]) {
        const child = yield* machCall.task_create(self, { inherit_memory });
        if (child.err) return;
        out.push(yield* limitOf(child.child_task), (yield* mapped(child.child_task)) >= MIB, yield* allocate(child.child_task, 2 * PAGE_SIZE));
        yield* machCall.task_terminate(child.child_task, {});
      }
    });
    expect(got).to.deep.equal([[PAGE_SIZE, MIB], true, Kern.NO_SPACE, [PAGE_SIZE, MIB], false, Kern.NO_SPACE]);
  });
});
