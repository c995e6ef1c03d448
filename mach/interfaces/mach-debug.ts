/** Debugging of the kernel's own tables. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, subsystem } from "../mig/subsystem.ts";

export const machDebug = subsystem("mach_debug", 3000, {
  /** Send rights of a receive right that exist. */
  mach_port_get_srights: routine(3007, { name: t.portName }, { srights: t.int }),
  /** The message-accepted request table. */
  host_ipc_marequest_info: routine(3009, { infoCnt: t.int }, { max_requests: t.int, info: t.intArrayInOutMoved }),
  /** Size and use of a port's dead-name request table. */
  mach_port_dnrequest_info: routine(3011, { name: t.portName }, { total: t.int, used: t.int }),
  /** Kernel stacks of the host. */
  host_stack_usage: routine(3014, {}, { reserved: t.int, total: t.int, space: t.int, resident: t.int, maxusage: t.int, maxstack: t.int }),
  /** Kernel stacks of a processor set's threads. */
  processor_set_stack_usage: routine(3015, {}, { total: t.int, space: t.int, resident: t.int, maxusage: t.int, maxstack: t.int }),
  /** The virtual-to-physical table. */
  host_virtual_physical_table_info: routine(3016, { infoCnt: t.int }, { info: t.intArrayInOutMoved }),
  /** What kind of kernel object is behind a right, and where. */
  mach_port_kernel_object: routine(3018, { name: t.portName }, { object_type: t.int, object_addr: t.int }),
  /** A region of an address space, with its object. */
  mach_vm_region_info: routine(3019, { address: t.int }, { region: t.ints(11), object: t.moveSend }),
  /** A memory object's state. */
  mach_vm_object_info: routine(3020, {}, { info: t.ints(14), shadow: t.moveSend, copy: t.moveSend }),
  /** The resident pages of a memory object. */
  mach_vm_object_pages: routine(3021, { pagesCnt: t.int }, { pages: t.intArrayInOutMoved }),
  /** The kernel's memory caches. */
  host_slab_info: routine(3022, { infoCnt: t.int }, { info: t.intArrayInOutMoved }),
  /** Gives the kernel debugger symbols of a task. */
  host_load_symbol_table: routine(3023, { task: t.copySend, name: t.string(32), symtab: t.pages }, {}),
  /** The same as mach_vm_object_pages, with wide addresses. */
  mach_vm_object_pages_phys: routine(3024, { pagesCnt: t.int }, { pages: t.intArrayInOutMoved }),
});

/** Plain stubs. */
export const machDebugCall = client(machDebug);
