/** Processor-specific calls; known for tracing. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, subsystem } from "../mig/subsystem.ts";

export const machI386 = subsystem("mach_i386", 3800, {
  /** I386 set ldt. */
  i386_set_ldt: routine(3803, { first_selector: t.int, desc_list: t.intArray }, {}),
  /** I386 get ldt. */
  i386_get_ldt: routine(3804, { first_selector: t.int, selector_count: t.int }, { desc_list: t.intArray }),
  /** I386 io perm create. */
  i386_io_perm_create: routine(3805, { from: t.shorts(1), to: t.shorts(1) }, { io_perm: t.copySend }),
  /** I386 io perm modify. */
  i386_io_perm_modify: routine(3806, { io_perm: t.copySend, enable: t.boolean }, {}),
  /** I386 set gdt. */
  i386_set_gdt: routine(3807, { selector: t.int, desc: t.ints(2) }, { selector: t.int }),
  /** I386 get gdt. */
  i386_get_gdt: routine(3808, { selector: t.int }, { desc: t.ints(2) }),
  /** I386 get xstate size. */
  i386_get_xstate_size: routine(3809, {}, { size: t.int }),
});

/** Plain stubs. */
export const machI386Call = client(machI386);
