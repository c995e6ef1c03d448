/** Operations of vm.json (`FORMAT.md` §5.5). */
import { machCall } from "../../mach/interfaces/mach.ts";
import { MACH_PORT_NULL } from "../../mach/ipc/names.ts";
import { isFault, copyin } from "../../mach/vm/access.ts";
import type { VmMap } from "../../mach/vm/map.ts";
import { PAGE_SIZE } from "../../mach/vm/page.ts";
import { answer, type Operation } from "./operations.ts";

/** Most runs that a `vm_read` result lists. */
const MAX_RUNS = 40;

/** Bytes as [byte, length] runs. */
function runsOf(bytes: Uint8Array): number[][] {
  const runs: number[][] = [];
  for (let i = 0; i < bytes.length && runs.length < MAX_RUNS; ) {
    const start = i;
    while (i < bytes.length && bytes[i] === bytes[start]) i++;
    runs.push([bytes[start] ?? 0, i - start]);
  }
  return runs;
}

/** One page in the words of `vm_pages`. */
function page(map: VmMap, address: number): string {
  const entry = map.region(address);
  if (!entry || entry.start > address) return "-";
  // The recorder read each page, which cuts the entry there.
  const copy = copyin(map, address, PAGE_SIZE);
  return `${entry.protection}/${entry.maxProtection}/${entry.inheritance}${isFault(copy) ? "" : `:${copy.bytes()[0] ?? 0}`}`;
}

export const memoryOperations: Readonly<Record<string, Operation>> = {
  *vm_allocate(c) {
    const args = { address: c.int("addr"), size: c.int("size"), anywhere: c.int("anywhere") !== 0 };
    return answer(yield* machCall.vm_allocate(c.task, args), (r) => ({ addr: r.address }));
  },
  *vm_deallocate(c) {
    return answer(yield* machCall.vm_deallocate(c.task, { address: c.int("addr"), size: c.int("size") }));
  },
  *vm_protect(c) {
    const args = { address: c.int("addr"), size: c.int("size"), set_maximum: c.int("set_max") !== 0, new_protection: c.int("prot") };
    return answer(yield* machCall.vm_protect(c.task, args));
  },
  *vm_inherit(c) {
    return answer(yield* machCall.vm_inherit(c.task, { address: c.int("addr"), size: c.int("size"), new_inheritance: c.int("inherit") }));
  },
  *vm_read(c) {
    const r = yield* machCall.vm_read(c.task, { address: c.int("addr"), size: c.int("size") });
    return answer(r, ({ data }) => ({ count: data.length, runs: runsOf(data) }));
  },
  *vm_write(c) {
    const data = new Uint8Array(c.int("size")).fill(c.int("byte"));
    return answer(yield* machCall.vm_write(c.task, { address: c.int("addr"), data }));
  },
  *vm_copy(c) {
    return answer(yield* machCall.vm_copy(c.task, { source_address: c.int("addr"), size: c.int("size"), dest_address: c.int("dest") }));
  },
  *vm_region(c) {
    const r = yield* machCall.vm_region(c.task, { address: c.int("addr") });
    return answer(r, (o) => ({
      addr: o.address,
      size: o.size,
      prot: o.protection,
      max: o.max_protection,
      inherit: o.inheritance,
      shared: Number(o.is_shared),
      object: o.object_name,
      offset: o.offset,
    }));
  },
  *vm_map(c) {
    const prots = c.int("prots");
    const r = yield* machCall.vm_map(c.task, {
      address: c.int("addr"),
      size: c.int("size"),
      mask: c.int("mask"),
      anywhere: c.int("anywhere") !== 0,
      memory_object: MACH_PORT_NULL,
      offset: c.int("offset"),
      copy: c.int("copy") !== 0,
      cur_protection: prots & 255,
      max_protection: prots >> 8,
      inheritance: c.int("inherit"),
    });
    return answer(r, (o) => ({ addr: o.address }));
  },
  *vm_pages(c) {
    const map = c.subject.taskOf(c.slot)?.map;
    const pages = map ? Array.from({ length: c.int("count") }, (_, i) => page(map, c.int("addr") + i * PAGE_SIZE)) : [];
    return { rc: "KERN_SUCCESS", pages };
  },
};
