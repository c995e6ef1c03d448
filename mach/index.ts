/** What user space may see of the kernel: names, messages, traps and interface tools. Never the kernel's own objects. */
export * from "./kern/kern-return.ts";
export * from "./kern/syscall.ts";
export * from "./kern/invariant.ts";
export * from "./ipc/names.ts";
export * from "./ipc/message.ts";
export * from "./mig/kind.ts";
export * from "./mig/subsystem.ts";
export * from "./mig/client.ts";
export * from "./mig/server.ts";
