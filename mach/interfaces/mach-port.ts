/** Port names and rights of a task, by its task port (mach-ipc.md §2, §3). */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, subsystem } from "../mig/subsystem.ts";

export const machPort = subsystem("mach_port", 3200, {
  /** All names of the space, and the types of each. */
  mach_port_names: routine(3200, {}, { names: t.portNamesOol, types: t.intArrayOol }),
  /** The rights under a name, as PortType bits. */
  mach_port_type: routine(3201, { name: t.portName }, { ptype: t.int }),
  /** Another name for what is under a name. KERN_NAME_EXISTS. */
  mach_port_rename: routine(3202, { old_name: t.portName, new_name: t.portName }, {}),
  /** A new right under a name of the caller's choice. KERN_NAME_EXISTS. */
  mach_port_allocate_name: routine(3203, { right: t.int, name: t.portName }, {}),
  /** A new receive right, port set or dead name. */
  mach_port_allocate: routine(3204, { right: t.int }, { name: t.portName }),
  /** All that is under a name goes. */
  mach_port_destroy: routine(3205, { name: t.portName }, {}),
  /** One user reference of a send, send-once or dead name less. KERN_INVALID_RIGHT for others. */
  mach_port_deallocate: routine(3206, { name: t.portName }, {}),
  /** User references of one right; 0 when the name has none of that kind. */
  mach_port_get_refs: routine(3207, { name: t.portName, right: t.int }, { refs: t.int }),
  /** Changes user references. KERN_INVALID_VALUE below zero, KERN_UREFS_OVERFLOW above the limit. */
  mach_port_mod_refs: routine(3208, { name: t.portName, right: t.int, delta: t.int }, {}),
  /** How many messages may queue: 1 to 16, else KERN_INVALID_VALUE. */
  mach_port_set_qlimit: routine(3210, { name: t.portName, qlimit: t.int }, {}),
  /** Sets the make-send count. */
  mach_port_set_mscount: routine(3211, { name: t.portName, mscount: t.int }, {}),
  /** The members of a port set. */
  mach_port_get_set_status: routine(3212, { name: t.portName }, { members: t.portNamesOol }),
  /** Puts a receive right into a set, or with a null set out of its set (KERN_NOT_IN_SET). */
  mach_port_move_member: routine(3213, { member: t.portName, after: t.portName }, {}),
  /** Asks for dead-name, no-senders or port-destroyed; answers the right that was registered before. */
  mach_port_request_notification: routine(
    3214,
    { name: t.portName, id: t.int, sync: t.int, notify: t.polySendOnce },
    { previous: t.polySendOnce },
  ),
  /** Puts a right into the space under a name; send rights merge with those under the same port's name. */
  mach_port_insert_right: routine(3215, { name: t.portName, poly: t.poly }, {}),
  /** Takes a right out of the space. */
  mach_port_extract_right: routine(3216, { name: t.portName, msgt_name: t.int }, { poly: t.poly }),
  /** State of a receive right: counts, limits, requests. */
  mach_port_get_receive_status: routine(3217, { name: t.portName }, { status: t.ints(9) }),
  /** Sets the sequence number of the next message. */
  mach_port_set_seqno: routine(3218, { name: t.portName, seqno: t.int }, {}),
  /** A word that messages to this port carry instead of the port's name. */
  mach_port_set_protected_payload: routine(3221, { name: t.portName, payload: t.int }, {}),
  /** Messages carry the name again. */
  mach_port_clear_protected_payload: routine(3222, { name: t.portName }, {}),
  /** Gives a port the kernel's type for a task, a thread or a host: what proxies of kernel ports need. Host-privileged. */
  mach_port_set_ktype: routine(3223, { task: t.copySend, name: t.portName, right: t.int, ktype: t.int }, {}),
});

/** Plain stubs. */
export const machPortCall = client(machPort);
