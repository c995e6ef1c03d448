/** Operations of the interfaces of 2012 that start-up and sessions need, by their numbers, and how a session's arguments are read. */

export const Parent = { SESSION: 0, ANNOUNCE: 1, EXIT: 2 } as const;
export const Root = { SESSION: 0 } as const;
export const Ram = { TRANSFER_QUOTA: 0, REF_ACCOUNT: 1 } as const;
export const Pd = { START: 0, CLOSE: 1 } as const;
/** Linux's extension of the CPU session (aee0). */
export const Cpu = { SERVER_SD: 0, CLIENT_SD: 1 } as const;
export const Log = { WRITE: 0 } as const;

/** Exceptions by number. */
export const Refused = { SERVICE_DENIED: 1, QUOTA_EXCEEDED: 2 } as const;

/** The value of `key` in "ram_quota=8192, label=test"; "" without one. */
export function argument(args: string, key: string): string {
  const found = args.split(",").find((part) => part.trim().startsWith(`${key}=`));
  return found === undefined ? "" : found.trim().slice(key.length + 1);
}

export const ramQuota = (args: string): number => Number(argument(args, "ram_quota")) || 0;

/** `args` with the label that a parent puts before its child's own (`Child_policy::filter_session_args`). */
export function labelled(args: string, child: string): string {
  const own = argument(args, "label");
  const others = args.split(",").map((part) => part.trim()).filter((part) => part !== "" && !part.startsWith("label="));
  return [...others, `label=${own === "" ? child : `${child} -> ${own}`}`].join(", ");
}
