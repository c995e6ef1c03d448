/** The device interface (`device.defs`). An open device is a kernel object of its own; a read that has to wait answers late. */
import { device } from "../interfaces/device.ts";
import { copySend } from "../ipc/names.ts";
import type { Port } from "../ipc/port.ts";
import type { ReadResult } from "../device/device.ts";
import { asFailure, Dev, type Failure } from "./kern-return.ts";
import { kernelRoutines, LATER, type KernelCall, type KernelHandlers } from "./kernel-call.ts";
import { objectPort } from "./kernel-ports.ts";
import type { Machine } from "./machine.ts";
import { aDevice, theDeviceMaster, type OpenDevice } from "./targets.ts";

type Routines = typeof device.routines;

const onMaster: KernelHandlers<Routines, true> = {
  device_open: (_master, { mode, name }, call) => {
    const port = openDevice(call.machine, name, mode);
    return typeof port === "number" ? { err: port } : { err: 0, device: copySend(call.give(port.makeSend())) };
  },
};

/** The port of the device called `name`: one for all who open it. */
function openDevice(machine: Machine, name: string, mode: number): Port | Failure {
  const found = machine.attached.devices.get(name);
  if (found === undefined) return Dev.NO_SUCH_DEVICE;
  const err = found.open?.(mode) ?? 0;
  if (err !== 0) return err;
  let port = machine.attached.ports.get(name);
  if (port === undefined) {
    const object: OpenDevice = { kind: "device", name, device: found };
    port = objectPort(machine, object);
    machine.attached.ports.set(name, port);
  }
  return port;
}

type Data = { readonly err: 0; readonly data: Uint8Array } | { readonly err: Failure };

/** A read, now or later. A reader that is gone does not eat what comes: its data go to the next read. */
function read(open: OpenDevice, recnum: number, wanted: number, call: KernelCall): Data | typeof LATER {
  const { device: d } = open;
  if (d.read === undefined) return { err: Dev.INVALID_OPERATION };
  let answer: Data | typeof LATER = LATER;
  let later = false;
  d.read(recnum, wanted, (result: ReadResult) => {
    if (!later) answer = result;
    else if (call.abandoned) giveBack(open, result);
    else call.reply(result);
  });
  later = true;
  return answer;
}

function giveBack(open: OpenDevice, result: ReadResult): void {
  if (result.err === 0) open.device.unread?.(result.data);
}

function write(open: OpenDevice, recnum: number, data: Uint8Array): { readonly err: 0; readonly bytes_written: number } | { readonly err: Failure } {
  const result = open.device.write?.(recnum, data) ?? { err: Dev.INVALID_OPERATION };
  return result.err ? result : { err: 0, bytes_written: result.count };
}

const onDevice: KernelHandlers<Routines, OpenDevice> = {
  device_close: ({ device: d }) => {
    d.close?.();
    return { err: 0 };
  },
  device_write: (open, { recnum, data }) => write(open, recnum, data),
  device_write_inband: (open, { recnum, data }) => write(open, recnum, data),
  device_read: (open, { recnum, bytes_wanted }, call) => read(open, recnum, bytes_wanted, call),
  device_read_inband: (open, { recnum, bytes_wanted }, call) => read(open, recnum, Math.min(bytes_wanted, 128), call),
  device_get_status: ({ device: d }, { flavor, statusCnt }) => {
    const result = d.getStatus?.(flavor) ?? { err: Dev.INVALID_OPERATION };
    if (result.err) return result;
    return statusCnt < result.words.length ? { err: Dev.INVALID_SIZE } : { err: 0, status: result.words };
  },
  device_set_status: ({ device: d }, { flavor, status }) => {
    const err = d.setStatus?.(flavor, status) ?? Dev.INVALID_OPERATION;
    return err === 0 ? { err: 0 } : { err: asFailure(err) };
  },
  device_map: ({ device: d }, { offset, size }, call) => {
    const object = d.map?.(offset, size);
    if (object === undefined) return { err: Dev.INVALID_OPERATION };
    const port = objectPort(call.machine, { kind: "device-memory", object } as { readonly kind: string });
    return { err: 0, pager: call.give(port.makeSend()) };
  },
  device_set_filter: () => ({ err: Dev.INVALID_OPERATION }),
  device_intr_register: () => ({ err: Dev.INVALID_OPERATION }),
  device_intr_ack: () => ({ err: Dev.INVALID_OPERATION }),
};

export const deviceRoutines = [...kernelRoutines(device, theDeviceMaster, onMaster), ...kernelRoutines(device, aDevice, onDevice)];
