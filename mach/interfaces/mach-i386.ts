/** Processor-specific calls; known for tracing. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, subsystem } from "../mig/subsystem.ts";

export const machI386 = subsystem("mach_i386", 3800, {
  /** Segment descriptors of a thread's local table. */
  i386_set_ldt: routine(3803, { first_selector: t.int, desc_list: t.intArray }, {}),
  /** Reads those. */
  i386_get_ldt: routine(3804, { first_selector: t.int, selector_count: t.int }, { desc_list: t.intArray }),
  /** A right to a range of I/O ports. Needs the device master. */
  i386_io_perm_create: routine(3805, { from: t.shorts(1), to: t.shorts(1) }, { io_perm: t.copySend }),
  /** Gives a task such a range or takes it away. */
  i386_io_perm_modify: routine(3806, { io_perm: t.copySend, enable: t.boolean }, {}),
  /** A thread's own descriptor in the global table; -1 chooses a selector. The thread register lives there. */
  i386_set_gdt: routine(3807, { selector: t.int, desc: t.ints(2) }, { selector: t.int }),
  /** Reads that descriptor. */
  i386_get_gdt: routine(3808, { selector: t.int }, { desc: t.ints(2) }),
  /** Bytes of the extended floating-point state. */
  i386_get_xstate_size: routine(3809, {}, { size: t.int }),
});

/** Plain stubs. */
export const machI386Call = client(machI386);
