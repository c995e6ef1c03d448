/** Mach 4's additions. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, subsystem } from "../mig/subsystem.ts";

export const mach4 = subsystem("mach4", 4000, {
  /** A memory object that gives no more access than told. */
  memory_object_create_proxy: routine(
    4010,
    { max_protection: t.int, object: t.polySendsUpTo(1024), offset: t.intsUpTo(1024), start: t.intsUpTo(1024), len: t.intsUpTo(1024) },
    { proxy: t.copySend },
  ),
  /** The same for what is mapped at an address. */
  vm_region_create_proxy: routine(4011, { address: t.int, max_protection: t.int, len: t.int }, { proxy: t.copySend }),
});

/** Plain stubs. */
export const mach4Call = client(mach4);
