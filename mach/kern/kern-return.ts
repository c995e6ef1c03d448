/**
 * The one number space of results: kernel, message and MIG codes here, Unix errors in `servers/interfaces/errno.ts`
 * (0x40000000 + errno). Values are GNU Mach's (`conformance/FORMAT.md` §7); MIG codes are negative 32-bit numbers
 * and stand here unsigned, as rpctrace prints them.
 */
export const Kern = {
  SUCCESS: 0,
  INVALID_ADDRESS: 1,
  PROTECTION_FAILURE: 2,
  NO_SPACE: 3,
  INVALID_ARGUMENT: 4,
  FAILURE: 5,
  RESOURCE_SHORTAGE: 6,
  NOT_RECEIVER: 7,
  NO_ACCESS: 8,
  MEMORY_FAILURE: 9,
  MEMORY_ERROR: 10,
  NOT_IN_SET: 12,
  NAME_EXISTS: 13,
  ABORTED: 14,
  INVALID_NAME: 15,
  INVALID_TASK: 16,
  INVALID_RIGHT: 17,
  INVALID_VALUE: 18,
  UREFS_OVERFLOW: 19,
  INVALID_CAPABILITY: 20,
  RIGHT_EXISTS: 21,
  INVALID_HOST: 22,
  MEMORY_PRESENT: 23,
  WRITE_PROTECTION_FAILURE: 24,
  TERMINATED: 26,
  TIMEDOUT: 27,
  INTERRUPTED: 28,
} as const;

/** Results of `mach_msg` (`conformance/FORMAT.md` §7). */
export const Msg = {
  SUCCESS: 0,
  SEND_IN_PROGRESS: 0x10000001,
  SEND_INVALID_DATA: 0x10000002,
  SEND_INVALID_DEST: 0x10000003,
  SEND_TIMED_OUT: 0x10000004,
  SEND_WILL_NOTIFY: 0x10000005,
  SEND_NOTIFY_IN_PROGRESS: 0x10000006,
  SEND_INTERRUPTED: 0x10000007,
  SEND_MSG_TOO_SMALL: 0x10000008,
  SEND_INVALID_REPLY: 0x10000009,
  SEND_INVALID_RIGHT: 0x1000000a,
  SEND_INVALID_NOTIFY: 0x1000000b,
  SEND_INVALID_MEMORY: 0x1000000c,
  SEND_NO_BUFFER: 0x1000000d,
  SEND_NO_NOTIFY: 0x1000000e,
  SEND_INVALID_TYPE: 0x1000000f,
  SEND_INVALID_HEADER: 0x10000010,
  RCV_IN_PROGRESS: 0x10004001,
  RCV_INVALID_NAME: 0x10004002,
  RCV_TIMED_OUT: 0x10004003,
  RCV_TOO_LARGE: 0x10004004,
  RCV_INTERRUPTED: 0x10004005,
  RCV_PORT_CHANGED: 0x10004006,
  RCV_INVALID_NOTIFY: 0x10004007,
  RCV_INVALID_DATA: 0x10004008,
  RCV_PORT_DIED: 0x10004009,
  RCV_IN_SET: 0x1000400a,
  RCV_HEADER_ERROR: 0x1000400b,
  RCV_BODY_ERROR: 0x1000400c,
  /** Extra bits that may come with RCV_HEADER_ERROR and RCV_BODY_ERROR. */
  IPC_SPACE: 0x2000,
  VM_SPACE: 0x1000,
  IPC_KERNEL: 0x800,
  VM_KERNEL: 0x400,
} as const;

/** Results of MIG stubs. */
export const Mig = {
  TYPE_ERROR: 0xfffffed4,
  REPLY_MISMATCH: 0xfffffed3,
  REMOTE_ERROR: 0xfffffed2,
  BAD_ID: 0xfffffed1,
  BAD_ARGUMENTS: 0xfffffed0,
  NO_REPLY: 0xfffffecf,
  EXCEPTION: 0xfffffece,
  ARRAY_TOO_LARGE: 0xfffffecd,
  SERVER_DIED: 0xfffffecc,
  DESTROY_REQUEST: 0xfffffecb,
} as const;

/** Device errors (`device/device_types.h`). */
export const Dev = {
  IO_ERROR: 2500,
  WOULD_BLOCK: 2501,
  NO_SUCH_DEVICE: 2502,
  ALREADY_OPEN: 2503,
  DEVICE_DOWN: 2504,
  INVALID_OPERATION: 2505,
  INVALID_RECNUM: 2506,
  INVALID_SIZE: 2507,
  NO_MEMORY: 2508,
  READ_ONLY: 2509,
} as const;

/** 0x40000000 + errno, the Hurd's Unix errors; named in `servers/interfaces/errno.ts`. */
export type UnixCode =
  | 0x40000001 | 0x40000002 | 0x40000003 | 0x40000004 | 0x40000005 | 0x40000006 | 0x40000007 | 0x40000008 | 0x40000009
  | 0x4000000a | 0x4000000b | 0x4000000c | 0x4000000d | 0x4000000e | 0x4000000f | 0x40000010 | 0x40000011 | 0x40000012
  | 0x40000013 | 0x40000014 | 0x40000015 | 0x40000016 | 0x40000017 | 0x40000018 | 0x40000019 | 0x4000001a | 0x4000001b
  | 0x4000001c | 0x4000001d | 0x4000001e | 0x4000001f | 0x40000020 | 0x40000021 | 0x40000022 | 0x40000023 | 0x40000024
  | 0x40000025 | 0x40000026 | 0x40000027 | 0x40000028 | 0x40000029 | 0x4000002a | 0x4000002b | 0x4000002c | 0x4000002d
  | 0x4000002e | 0x4000002f | 0x40000030 | 0x40000031 | 0x40000032 | 0x40000033 | 0x40000034 | 0x40000035 | 0x40000036
  | 0x40000037 | 0x40000038 | 0x40000039 | 0x4000003a | 0x4000003b | 0x4000003c | 0x4000003d | 0x4000003e | 0x4000003f
  | 0x40000040 | 0x40000041 | 0x40000042 | 0x40000043 | 0x40000044 | 0x40000045 | 0x40000046 | 0x40000047 | 0x40000048
  | 0x40000049 | 0x4000004a | 0x4000004b | 0x4000004c | 0x4000004d | 0x4000004e | 0x4000004f | 0x40000050 | 0x40000051
  | 0x40000052 | 0x40000053 | 0x40000054 | 0x40000055 | 0x40000056 | 0x40000057 | 0x40000058 | 0x40000059 | 0x4000005a
  | 0x4000005b | 0x4000005c | 0x4000005d | 0x4000005e | 0x4000005f | 0x40000060 | 0x40000061 | 0x40000062 | 0x40000063
  | 0x40000064 | 0x40000065 | 0x40000066 | 0x40000067 | 0x40000068 | 0x40000069 | 0x4000006a | 0x4000006b | 0x4000006c
  | 0x4000006d | 0x4000006e | 0x4000006f | 0x40000070 | 0x40000071 | 0x40000072 | 0x40000073 | 0x40000074 | 0x40000075
  | 0x40000076 | 0x40000077 | 0x40000078 | 0x40000079 | 0x4000007a | 0x4000007b | 0x4000007c;

type Code<T extends Readonly<Record<string, number>>> = Exclude<T[keyof T], 0>;

/** A result that is not success. A union of literals, so that `if (r.err)` narrows an answer. */
export type Failure = Code<typeof Kern> | Code<typeof Msg> | Code<typeof Mig> | Code<typeof Dev> | UnixCode;

/** A code that came over the wire, or was computed, as a `Failure`. The caller has checked that it is not 0. */
export const asFailure = (code: number): Failure => (code >>> 0) as Failure;

/** Any result of a call: 0, a kernel, message, MIG or device code, or a Unix error. */
export type KernReturn = number;

const symbols = new Map<number, string>();
const add = (prefix: string, table: Readonly<Record<string, number>>): void => {
  for (const [name, code] of Object.entries(table)) if (!symbols.has(code)) symbols.set(code, prefix + name);
};
add("KERN_", Kern);
add("MACH_", Msg);
add("MIG_", Mig);
add("D_", Dev);

/** The symbolic name of a kernel, message, MIG or device code (`MACH_SEND_INVALID_DEST`); hexadecimal for others. */
export function kernName(code: KernReturn): string {
  const u = code >>> 0;
  return symbols.get(u) ?? `0x${u.toString(16)}`;
}
