/** What a filesystem lies on, and storeio shows: a device of the kernel, or a file. Both read and write bytes at offsets that are whole records. */
import { portValid, type MachPort } from "../../mach/ipc/names.ts";
import { deviceCall } from "../../mach/interfaces/device.ts";
import { Dev, type Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { ioCall } from "../../glibc-shim/stubs.ts";
import { Errno } from "../interfaces/errno.ts";
import { decodeStat } from "../interfaces/stat.ts";

/** Bytes of a record. */
const RECORD = 512;
/** The flavor of `device_get_status` that tells the bytes of a device and of its record. */
const DEV_GET_SIZE = 0;
const D_READ = 1;
const D_WRITE = 2;

export interface Disk {
  /** Bytes. */
  readonly size: number;
  /** False: it could be opened for reading only. */
  readonly writable: boolean;
  /** Bytes from `offset` on; fewer are an error. */
  read(offset: number, amount: number): Syscall<Result<Uint8Array>>;
  write(offset: number, data: Uint8Array): Syscall<0 | Failure>;
}

/** The usual name of a device's error (libstore/device.c). */
function deviceError(err: Failure): Failure {
  const names = new Map<Failure, Failure>([
    [Dev.IO_ERROR, Errno.EIO], [Dev.WOULD_BLOCK, Errno.EAGAIN], [Dev.NO_SUCH_DEVICE, Errno.ENXIO], [Dev.ALREADY_OPEN, Errno.EBUSY], [Dev.DEVICE_DOWN, Errno.ENXIO],
    [Dev.INVALID_OPERATION, Errno.EBADF], [Dev.NO_MEMORY, Errno.ENOMEM], [Dev.READ_ONLY, Errno.EROFS],
  ]);
  return names.get(err) ?? err;
}

/** Fewer bytes than the disk should have. */
const whole = (data: Uint8Array, amount: number): Result<Uint8Array> => (data.length < amount ? { err: Errno.EIO } : { err: 0, value: data });

class DeviceDisk implements Disk {
  readonly size: number;
  readonly writable: boolean;
  private readonly port: MachPort;
  constructor(port: MachPort, size: number, writable: boolean) {
    this.port = port;
    this.size = size;
    this.writable = writable;
  }
  *read(offset: number, amount: number): Syscall<Result<Uint8Array>> {
    const got = yield* deviceCall.device_read(this.port, { mode: 0, recnum: offset / RECORD, bytes_wanted: amount });
    return got.err ? { err: deviceError(got.err) } : whole(got.data, amount);
  }
  *write(offset: number, data: Uint8Array): Syscall<0 | Failure> {
    const got = yield* deviceCall.device_write(this.port, { mode: 0, recnum: offset / RECORD, data });
    if (got.err) return deviceError(got.err);
    return got.bytes_written < data.length ? Errno.EIO : 0;
  }
}

/** The device called `name`, for reading only if it is not to be had otherwise. ENXIO: there is none. */
export function* openDeviceDisk(master: MachPort, name: string): Syscall<Result<Disk>> {
  const both = yield* deviceCall.device_open(master, { mode: D_READ | D_WRITE, name });
  const writable = both.err !== Dev.READ_ONLY;
  const got = writable ? both : yield* deviceCall.device_open(master, { mode: D_READ, name });
  if (got.err) return { err: deviceError(got.err) };
  if (!portValid(got.device)) return { err: Errno.ENXIO };
  const status = yield* deviceCall.device_get_status(got.device, { flavor: DEV_GET_SIZE, statusCnt: 2 });
  return status.err ? { err: deviceError(status.err) } : { err: 0, value: new DeviceDisk(got.device, status.status[0] ?? 0, writable) };
}

class FileDisk implements Disk {
  readonly size: number;
  readonly writable: boolean;
  private readonly port: MachPort;
  constructor(port: MachPort, size: number, writable: boolean) {
    this.port = port;
    this.size = size;
    this.writable = writable;
  }
  *read(offset: number, amount: number): Syscall<Result<Uint8Array>> {
    const got = yield* ioCall.io_read(this.port, { offset, amount });
    return got.err ? got : whole(got.data, amount);
  }
  *write(offset: number, data: Uint8Array): Syscall<0 | Failure> {
    for (let done = 0; done < data.length; ) {
      const got = yield* ioCall.io_write(this.port, { offset: offset + done, data: data.subarray(done) });
      if (got.err) return got.err === Errno.EBADF ? Errno.EROFS : got.err;
      if (got.amount <= 0) return Errno.EIO;
      done += got.amount;
    }
    return 0;
  }
}

/** The file behind an open port, which the disk keeps. */
export function* fileDisk(file: MachPort, writable: boolean): Syscall<Result<Disk>> {
  const got = yield* ioCall.io_stat(file, {});
  return got.err ? got : { err: 0, value: new FileDisk(file, decodeStat(got.stat_info).size, writable) };
}

const down = (offset: number): number => offset - (offset % RECORD);
const up = (offset: number): number => down(offset + RECORD - 1);

/** Bytes from anywhere on a disk, fewer at its end. */
export function* readAnywhere(disk: Disk, offset: number, amount: number): Syscall<Result<Uint8Array>> {
  const end = Math.min(offset + amount, disk.size);
  if (end <= offset) return { err: 0, value: new Uint8Array(0) };
  const from = down(offset);
  const got = yield* disk.read(from, Math.min(up(end), disk.size) - from);
  return got.err ? got : { err: 0, value: got.value.subarray(offset - from, end - from) };
}

/** Writes bytes to anywhere on a disk, before its end: what shares a record with them is read first, so nobody else may write meanwhile. */
export function* writeAnywhere(disk: Disk, offset: number, data: Uint8Array): Syscall<0 | Failure> {
  const from = down(offset);
  const to = Math.min(up(offset + data.length), disk.size);
  if (from === offset && to === offset + data.length) return yield* disk.write(offset, data);
  const around = yield* disk.read(from, to - from);
  if (around.err) return around.err;
  const all = around.value.slice();
  all.set(data, offset - from);
  return yield* disk.write(from, all);
}
