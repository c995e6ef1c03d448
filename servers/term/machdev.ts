/** A terminal on a device of the kernel (term's `device` bottom): bytes through "console", the window's size through "console-size". */
import { deviceCall } from "../../mach/interfaces/device.ts";
import type { MachPort } from "../../mach/ipc/names.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { Errno } from "../interfaces/errno.ts";
import type { Backend, Terminal } from "./terminal.ts";

const D_READ = 1;
const D_WRITE = 2;
/** The most that is read from the device at once. */
const READ_SIZE = 256;
/** Bytes of four 16-bit numbers. */
const SIZE_BYTES = 8;

/** Opens devices when the terminal is first opened, and keeps them. */
export class MachDevice implements Backend {
  private readonly libc: Libc;
  private readonly name: string;
  private port: MachPort | undefined;

  /** `name` is the kernel's name of the device. */
  constructor(libc: Libc, name: string) {
    this.libc = libc;
    this.name = name;
  }

  /** ENXIO: no such device. */
  *start(terminal: Terminal): Syscall<0 | Failure> {
    const { hostPriv, deviceMaster } = yield* this.libc.get_privileged_ports();
    const opened = yield* deviceCall.device_open(deviceMaster, { mode: D_READ | D_WRITE, name: this.name });
    const size = yield* deviceCall.device_open(deviceMaster, { mode: D_READ, name: `${this.name}-size` });
    yield* deallocate(hostPriv);
    yield* deallocate(deviceMaster);
    if (opened.err) return Errno.ENXIO;
    const { device } = opened;
    this.port = device;
    yield* this.libc.thread(() => readInput(terminal, device));
    if (!size.err) yield* this.watchSize(terminal, size.device);
    return 0;
  }

  *write(bytes: Uint8Array): Syscall<void> {
    let rest = bytes;
    while (this.port !== undefined && rest.length > 0) {
      const wrote = yield* deviceCall.device_write(this.port, { mode: 0, recnum: 0, data: rest });
      if (wrote.err || wrote.bytes_written <= 0) return;
      rest = rest.subarray(wrote.bytes_written);
    }
  }

  private *watchSize(terminal: Terminal, device: MachPort): Syscall<void> {
    const now = yield* deviceCall.device_get_status(device, { flavor: 0, statusCnt: 4 });
    if (!now.err) yield* terminal.resize(now.status.slice(0, 4));
    yield* this.libc.thread(() => readSizes(terminal, device));
  }
}

function* readInput(terminal: Terminal, device: MachPort): Syscall<void> {
  for (;;) {
    const got = yield* deviceCall.device_read(device, { mode: 0, recnum: 0, bytes_wanted: READ_SIZE });
    if (got.err) return;
    yield* terminal.typed(got.data);
  }
}

function* readSizes(terminal: Terminal, device: MachPort): Syscall<void> {
  for (;;) {
    const got = yield* deviceCall.device_read(device, { mode: 0, recnum: 0, bytes_wanted: SIZE_BYTES });
    if (got.err) return;
    const view = new DataView(got.data.buffer, got.data.byteOffset, got.data.length);
    yield* terminal.resize([0, 2, 4, 6].map((at) => (at + 2 <= view.byteLength ? view.getUint16(at, true) : 0)));
  }
}
