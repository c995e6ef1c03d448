/**
 * What the C library says of the kernel's, the message system's and MIG's errors (`mach/err_kern.sub`, `err_mach_ipc.sub`; those of MIG, the
 * destination and the names as a real Hurd printed them).
 */
import { Kern, Mig, Msg } from "../../mach/kern/kern-return.ts";

const kern = {
  INVALID_ADDRESS: "invalid address",
  PROTECTION_FAILURE: "protection failure",
  NO_SPACE: "no space available",
  INVALID_ARGUMENT: "invalid argument",
  FAILURE: "failure",
  RESOURCE_SHORTAGE: "resource shortage",
  NOT_RECEIVER: "not receiver",
  NO_ACCESS: "no access",
  MEMORY_FAILURE: "memory failure",
  MEMORY_ERROR: "memory error",
  NOT_IN_SET: "not in set",
  NAME_EXISTS: "name exists",
  ABORTED: "aborted",
  INVALID_NAME: "invalid name",
  INVALID_TASK: "invalid task",
  INVALID_RIGHT: "invalid right",
  INVALID_VALUE: "invalid value",
  UREFS_OVERFLOW: "urefs overflow",
  INVALID_CAPABILITY: "invalid capability",
  RIGHT_EXISTS: "right exists",
  INVALID_HOST: "invalid host",
  MEMORY_PRESENT: "memory present",
  WRITE_PROTECTION_FAILURE: "write protection failure",
  TERMINATED: "object terminated",
  TIMEDOUT: "operation timed out",
  INTERRUPTED: "operation interrupted",
} as const;

const send = {
  SEND_IN_PROGRESS: "send in progress",
  SEND_INVALID_DATA: "invalid data",
  SEND_INVALID_DEST: "invalid destination port",
  SEND_TIMED_OUT: "timed out",
  SEND_WILL_NOTIFY: "will notify",
  SEND_NOTIFY_IN_PROGRESS: "notify in progress",
  SEND_INTERRUPTED: "interrupted",
  SEND_MSG_TOO_SMALL: "msg too small",
  SEND_INVALID_REPLY: "invalid reply port",
  SEND_INVALID_RIGHT: "invalid port right",
  SEND_INVALID_NOTIFY: "invalid notify port",
  SEND_INVALID_MEMORY: "invalid memory",
  SEND_NO_BUFFER: "no msg buffer",
  SEND_NO_NOTIFY: "no notify possible",
  SEND_INVALID_TYPE: "invalid msg-type",
  SEND_INVALID_HEADER: "invalid msg-header",
} as const;

const receive = {
  RCV_IN_PROGRESS: "receive in progress",
  RCV_INVALID_NAME: "invalid name",
  RCV_TIMED_OUT: "timed out",
  RCV_TOO_LARGE: "msg too large",
  RCV_INTERRUPTED: "interrupted",
  RCV_PORT_CHANGED: "port changed",
  RCV_INVALID_NOTIFY: "invalid notify port",
  RCV_INVALID_DATA: "invalid data",
  RCV_PORT_DIED: "port died",
  RCV_IN_SET: "port in set",
  RCV_HEADER_ERROR: "header error",
  RCV_BODY_ERROR: "body error",
} as const;

const mig = {
  TYPE_ERROR: "client type check failure",
  REPLY_MISMATCH: "wrong reply message ID",
  REMOTE_ERROR: "server detected error",
  BAD_ID: "bad request message ID",
  BAD_ARGUMENTS: "server type check failure",
  NO_REPLY: "no reply should be sent",
  EXCEPTION: "server raised exception",
  ARRAY_TOO_LARGE: "array not large enough",
  SERVER_DIED: "server died",
  DESTROY_REQUEST: "destroy request and no reply",
} as const;

/** [code, text] of one part of the error space. */
const part = <N extends string>(name: string, texts: Readonly<Record<N, string>>, codes: Readonly<Record<NoInfer<N>, number>>): readonly (readonly [number, string])[] =>
  (Object.keys(texts) as N[]).map((n) => [codes[n], `(${name}) ${texts[n]}`]);

/** Texts by code, unsigned. */
export const systemTexts: ReadonlyMap<number, string> = new Map<number, string>([
  [0, "Success"],
  ...part("os/kern", kern, Kern),
  ...part("ipc/send", send, Msg),
  ...part("ipc/rcv", receive, Msg),
  ...part("ipc/mig", mig, Mig),
]);
