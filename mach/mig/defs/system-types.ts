/**
 * The types that interface files expect of `<mach/std_types.defs>`, `<mach/mach_types.defs>` and `<hurd/hurd_types.defs>`, for places without those files: what
 * each looks like in a message (reference tables), without its C. A file that the reader is given comes first.
 */

/** A definition, and the names that have it. */
type Rows = readonly (readonly [definition: string, names: string])[];

const STD: Rows = [
  ["MACH_MSG_TYPE_INTEGER_32", "int32_t unsigned uint32_t"],
  ["MACH_MSG_TYPE_INTEGER_64", "int64_t uint64_t"],
  ["MACH_MSG_TYPE_BOOLEAN", "boolean_t"],
  ["uint32_t", "natural_t rpc_long_natural_t"],
  ["natural_t", "mach_port_right_t mach_port_type_t mach_port_urefs_t mach_port_seqno_t mach_msg_type_number_t"],
  ["rpc_long_natural_t", "long_natural_t"],
  ["unsigned", "mach_port_mscount_t mach_port_msgcount_t mach_port_rights_t mach_msg_type_name_t"],
  ["int32_t", "integer_t rpc_long_integer_t"],
  ["integer_t", "mach_port_delta_t mach_msg_id_t"],
  ["rpc_long_integer_t", "long_integer_t"],
  ["int", "kern_return_t"],
  ["uint64_t", "rpc_phys_addr_t"],
  ["array[] of rpc_phys_addr_t", "rpc_phys_addr_array_t"],
  ["^array[] of MACH_MSG_TYPE_BYTE ctype: vm_offset_t", "pointer_t"],
  ["MACH_MSG_TYPE_COPY_SEND", "mach_port_t"],
  ["MACH_MSG_TYPE_COPY_SEND ctype: mach_port_t", "mach_port_copy_send_t"],
  ["array[] of mach_port_t", "mach_port_array_t"],
  ["MACH_MSG_TYPE_PORT_NAME", "mach_port_name_t"],
  ["array[] of mach_port_name_t", "mach_port_name_array_t"],
  ["array[] of mach_port_type_t", "mach_port_type_array_t"],
  ["MACH_MSG_TYPE_MOVE_RECEIVE ctype: mach_port_t", "mach_port_move_receive_t"],
  ["MACH_MSG_TYPE_MAKE_SEND ctype: mach_port_t", "mach_port_make_send_t"],
  ["MACH_MSG_TYPE_MOVE_SEND ctype: mach_port_t", "mach_port_move_send_t"],
  ["MACH_MSG_TYPE_MAKE_SEND_ONCE ctype: mach_port_t", "mach_port_make_send_once_t"],
  ["MACH_MSG_TYPE_MOVE_SEND_ONCE ctype: mach_port_t", "mach_port_move_send_once_t"],
  ["MACH_MSG_TYPE_PORT_RECEIVE ctype: mach_port_t", "mach_port_receive_t"],
  ["MACH_MSG_TYPE_PORT_SEND ctype: mach_port_t", "mach_port_send_t"],
  ["MACH_MSG_TYPE_PORT_SEND_ONCE ctype: mach_port_t", "mach_port_send_once_t"],
  ["polymorphic ctype: mach_port_t", "mach_port_poly_t"],
];

const MACH: Rows = [
  ["mach_port_t ctype: mach_port_t", "task_t thread_t vm_task_t ipc_space_t host_t host_priv_t processor_t processor_name_t processor_set_t processor_set_name_t"],
  ["mach_port_t ctype: mach_port_t", "memory_object_t memory_object_control_t memory_object_name_t device_t"],
  ["uint32_t", "rpc_uintptr_t rpc_vm_size_t"],
  ["rpc_vm_size_t", "rpc_vm_offset_t vm_address_t vm_size_t"],
  ["rpc_vm_offset_t", "vm_offset_t"],
  ["int", "vm_prot_t vm_inherit_t vm_machine_attribute_t vm_machine_attribute_val_t vm_sync_t memory_object_copy_strategy_t memory_object_return_t"],
  ["array[*:1024] of natural_t", "thread_state_t"],
  ["array[*:1024] of integer_t", "thread_info_t task_info_t host_info_t processor_info_t processor_set_info_t"],
  ["^array[] of task_t", "task_array_t thread_array_t processor_array_t processor_name_array_t processor_set_array_t processor_set_name_array_t"],
  ["^array[] of vm_offset_t", "emulation_vector_t"],
  ["struct[13] of integer_t", "vm_statistics_data_t"],
  ["struct[2] of integer_t", "rpc_time_value_t"],
  ["rpc_time_value_t", "time_value_t"],
  ["struct[2] of int64_t", "time_value64_t"],
  ["c_string[512]", "new_kernel_version_t"],
];

const HURD: Rows = [
  ["mach_port_copy_send_t", "file_t fsys_t io_t process_t auth_t socket_t pf_t addr_port_t term_t startup_t fs_notify_t exec_startup_t interrupt_t"],
  ["mach_port_copy_send_t", "pci_t shutdown_t acpi_t proccoll_t"],
  ["MACH_MSG_TYPE_MAKE_SEND_ONCE | polymorphic ctype: mach_port_t", "sreply_port_t"],
  ["array[] of char", "data_t"],
  ["c_string[1024]", "string_t"],
  ["uint32_t", "uid_t gid_t mode_t retry_type file_changed_type_t dir_changed_type_t unsigned_int unsigned_long uword dev_t nlink_t"],
  ["int32_t", "pid_t wait_status_t long blksize_t time_t"],
  ["int64_t", "loff_t ino64_t squad blkcnt64_t"],
  ["uint64_t", "uquad fsblkcnt64_t fsfilcnt64_t fsid_t"],
  ["array[] of mach_port_send_t", "portarray_t"],
  ["array[] of int", "intarray_t procinfo_t"],
  ["array[] of loff_t", "off_array_t"],
  ["array[] of pid_t", "pidarray_t"],
  ["array[] of uid_t", "idarray_t"],
  ["struct[2] of long", "timespec_t timeval"],
];

/** Marks in the Hurd's files for arguments that servers ask for; plain stubs have none. */
const MARKS =
  ["INTR_INTERFACE", "RPT", "RPTLAST", "SCP"].map((name) => `#ifndef ${name}\n#define ${name}\n#endif\n`).join("") +
  "#define RETURN_CODE_ARG in return_code: kern_return_t, retcode\n";

const text = (rows: Rows): string => rows.map(([definition, names]) => names.split(" ").map((name) => `type ${name} = ${definition};\n`).join("")).join("");

/** One file as text, read once however often it is included. */
const file = (mark: string, includes: readonly string[], rows: Rows): string =>
  `#ifndef ${mark}\n#define ${mark}\n${includes.map((name) => `#include <${name}>\n`).join("")}${text(rows)}#endif\n`;

/** By the name that `#include` has. */
export const systemTypes: readonly (readonly [name: string, text: string])[] = [
  ["mach/std_types.defs", file("_MACH_STD_TYPES_DEFS_", [], STD)],
  ["mach/mach_types.defs", file("_MACH_MACH_TYPES_DEFS_", ["mach/std_types.defs"], MACH)],
  ["hurd/hurd_types.defs", file("_HURD_HURD_TYPES_DEFS_", ["mach/std_types.defs", "mach/mach_types.defs"], HURD) + MARKS],
];
