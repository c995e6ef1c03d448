/** Debugging of the kernel's own tables. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, subsystem } from "../mig/subsystem.ts";

export const machDebug = subsystem("mach_debug", 3000, {
  /** Mach port get srights. */
  mach_port_get_srights: routine(3007, { name: t.portName }, { srights: t.int }),
  /** Host ipc marequest info. */
  host_ipc_marequest_info: routine(3009, { infoCnt: t.int }, { max_requests: t.int, info: t.intArrayInOutMoved }),
  /** Mach port dnrequest info. */
  mach_port_dnrequest_info: routine(3011, { name: t.portName }, { total: t.int, used: t.int }),
  /** Host stack usage. */
  host_stack_usage: routine(3014, {}, { reserved: t.int, total: t.int, space: t.int, resident: t.int, maxusage: t.int, maxstack: t.int }),
  /** Processor set stack usage. */
  processor_set_stack_usage: routine(3015, {}, { total: t.int, space: t.int, resident: t.int, maxusage: t.int, maxstack: t.int }),
  /** Host virtual physical table info. */
  host_virtual_physical_table_info: routine(3016, { infoCnt: t.int }, { info: t.intArrayInOutMoved }),
  /** Mach port kernel object. */
  mach_port_kernel_object: routine(3018, { name: t.portName }, { object_type: t.int, object_addr: t.int }),
  /** Mach vm region info. */
  mach_vm_region_info: routine(3019, { address: t.int }, { region: t.ints(11), object: t.moveSend }),
  /** Mach vm object info. */
  mach_vm_object_info: routine(3020, {}, { info: t.ints(14), shadow: t.moveSend, copy: t.moveSend }),
  /** Mach vm object pages. */
  mach_vm_object_pages: routine(3021, { pagesCnt: t.int }, { pages: t.intArrayInOutMoved }),
  /** Host slab info. */
  host_slab_info: routine(3022, { infoCnt: t.int }, { info: t.intArrayInOutMoved }),
  /** Host load symbol table. */
  host_load_symbol_table: routine(3023, { task: t.copySend, name: t.string(32), symtab: t.pages }, {}),
  /** Mach vm object pages phys. */
  mach_vm_object_pages_phys: routine(3024, { pagesCnt: t.int }, { pages: t.intArrayInOutMoved }),
});

/** Plain stubs. */
export const machDebugCall = client(machDebug);
