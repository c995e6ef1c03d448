/** Port names and rights of a task, by its task port (mach-ipc.md §2, §3). */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, subsystem } from "../mig/subsystem.ts";

export const machPort = subsystem("mach_port", 3200, {
  /** Mach port names. */
  mach_port_names: routine(3200, {}, { names: t.portNamesOol, types: t.intArrayOol }),
  /** Mach port type. */
  mach_port_type: routine(3201, { name: t.portName }, { ptype: t.int }),
  /** Mach port rename. */
  mach_port_rename: routine(3202, { old_name: t.portName, new_name: t.portName }, {}),
  /** Mach port allocate name. */
  mach_port_allocate_name: routine(3203, { right: t.int, name: t.portName }, {}),
  /** Mach port allocate. */
  mach_port_allocate: routine(3204, { right: t.int }, { name: t.portName }),
  /** Mach port destroy. */
  mach_port_destroy: routine(3205, { name: t.portName }, {}),
  /** Mach port deallocate. */
  mach_port_deallocate: routine(3206, { name: t.portName }, {}),
  /** Mach port get refs. */
  mach_port_get_refs: routine(3207, { name: t.portName, right: t.int }, { refs: t.int }),
  /** Mach port mod refs. */
  mach_port_mod_refs: routine(3208, { name: t.portName, right: t.int, delta: t.int }, {}),
  /** Mach port set qlimit. */
  mach_port_set_qlimit: routine(3210, { name: t.portName, qlimit: t.int }, {}),
  /** Mach port set mscount. */
  mach_port_set_mscount: routine(3211, { name: t.portName, mscount: t.int }, {}),
  /** Mach port get set status. */
  mach_port_get_set_status: routine(3212, { name: t.portName }, { members: t.portNamesOol }),
  /** Mach port move member. */
  mach_port_move_member: routine(3213, { member: t.portName, after: t.portName }, {}),
  /** Mach port request notification. */
  mach_port_request_notification: routine(
    3214,
    { name: t.portName, id: t.int, sync: t.int, notify: t.polySendOnce },
    { previous: t.polySendOnce },
  ),
  /** Mach port insert right. */
  mach_port_insert_right: routine(3215, { name: t.portName, poly: t.poly }, {}),
  /** Mach port extract right. */
  mach_port_extract_right: routine(3216, { name: t.portName, msgt_name: t.int }, { poly: t.poly }),
  /** Mach port get receive status. */
  mach_port_get_receive_status: routine(3217, { name: t.portName }, { status: t.ints(9) }),
  /** Mach port set seqno. */
  mach_port_set_seqno: routine(3218, { name: t.portName, seqno: t.int }, {}),
  /** Mach port set protected payload. */
  mach_port_set_protected_payload: routine(3221, { name: t.portName, payload: t.int }, {}),
  /** Mach port clear protected payload. */
  mach_port_clear_protected_payload: routine(3222, { name: t.portName }, {}),
  /** Mach port set ktype. */
  mach_port_set_ktype: routine(3223, { task: t.copySend, name: t.portName, right: t.int, ktype: t.int }, {}),
});

/** Plain stubs. */
export const machPortCall = client(machPort);
