/** Which kernel objects the kernel's routines take, and what each group answers for a port of another kind (MIG's translation to null). */
import type { KObject } from "../ipc/host.ts";
import type { Space } from "../ipc/space.ts";
import type { Device } from "../device/device.ts";
import { Pager } from "../vm/pager.ts";
import { Dev, Kern } from "./kern-return.ts";
import type { Target } from "./kernel-call.ts";
import { Task } from "./task.ts";
import { Thread } from "./thread.ts";

/** The kernel object behind an open device. */
export interface OpenDevice extends KObject {
  readonly kind: "device";
  readonly name: string;
  readonly device: Device;
}

const taskOf = (object: KObject): Task | undefined => (object instanceof Task ? object : undefined);

export const aTask: Target<Task> = { find: taskOf, wrong: Kern.INVALID_ARGUMENT };
/** Any kernel port: the routine itself says which it takes. */
export const anything: Target<KObject> = { find: (object) => object, wrong: Kern.INVALID_ARGUMENT };
/** The limit of an address space: a port that is no task's is KERN_INVALID_TASK. */
export const aTaskToLimit: Target<Task> = { find: taskOf, wrong: Kern.INVALID_TASK };
/** Routines about names: a port that is no task's is KERN_INVALID_TASK. */
export const aSpace: Target<Space> = { find: (object) => taskOf(object)?.space, wrong: Kern.INVALID_TASK };
export const aThread: Target<Thread> = { find: (object) => (object instanceof Thread ? object : undefined), wrong: Kern.INVALID_ARGUMENT };
export const aPager: Target<Pager> = { find: (object) => (object instanceof Pager ? object : undefined), wrong: Kern.INVALID_ARGUMENT };

const ofKind = (...kinds: readonly string[]) => (object: KObject): true | undefined => (kinds.includes(object.kind) ? true : undefined);

export const theHost: Target<true> = { find: ofKind("host", "host-priv"), wrong: Kern.INVALID_HOST };
export const theHostPriv: Target<true> = { find: ofKind("host-priv"), wrong: Kern.INVALID_HOST };
export const theProcessorSet: Target<true> = { find: ofKind("processor-set"), wrong: Kern.INVALID_ARGUMENT };
export const theProcessorSetName: Target<true> = { find: ofKind("processor-set", "processor-set-name"), wrong: Kern.INVALID_ARGUMENT };
export const aProcessor: Target<true> = { find: ofKind("processor"), wrong: Kern.INVALID_ARGUMENT };
export const theDeviceMaster: Target<true> = { find: ofKind("device-master"), wrong: Dev.INVALID_OPERATION };
export const aDevice: Target<OpenDevice> = {
  find: (object) => (object.kind === "device" ? (object as OpenDevice) : undefined),
  wrong: Dev.NO_SUCH_DEVICE,
};
