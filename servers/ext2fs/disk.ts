/** What a filesystem lies on: a device of the kernel, or a file. Both read and write bytes at offsets that are whole records. */
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
  /** Bytes from `offset` on; fewer are an error. */
  read(offset: number, amount: number): Syscall<Result<Uint8Array>>;
  write(offset: number, data: Uint8Array): Syscall<0 | Failure>;
}

/** Fewer bytes than the disk should have. */
const whole = (data: Uint8Array, amount: number): Result<Uint8Array> => (data.length < amount ? { err: Errno.EIO } : { err: 0, value: data });

class DeviceDisk implements Disk {
  readonly size: number;
  private readonly port: MachPort;
  constructor(port: MachPort, size: number) {
    this.port = port;
    this.size = size;
  }
  *read(offset: number, amount: number): Syscall<Result<Uint8Array>> {
    const got = yield* deviceCall.device_read(this.port, { mode: 0, recnum: offset / RECORD, bytes_wanted: amount });
    return got.err ? got : whole(got.data, amount);
  }
  *write(offset: number, data: Uint8Array): Syscall<0 | Failure> {
    const got = yield* deviceCall.device_write(this.port, { mode: 0, recnum: offset / RECORD, data });
    if (got.err) return got.err === Dev.READ_ONLY ? Errno.EROFS : got.err;
    return got.bytes_written < data.length ? Errno.EIO : 0;
  }
}

/** The device called `name`. D_NO_SUCH_DEVICE. */
export function* openDeviceDisk(master: MachPort, name: string): Syscall<Result<Disk>> {
  const got = yield* deviceCall.device_open(master, { mode: D_READ | D_WRITE, name });
  if (got.err) return got;
  if (!portValid(got.device)) return { err: Dev.NO_SUCH_DEVICE };
  const status = yield* deviceCall.device_get_status(got.device, { flavor: DEV_GET_SIZE, statusCnt: 2 });
  return status.err ? status : { err: 0, value: new DeviceDisk(got.device, status.status[0] ?? 0) };
}

class FileDisk implements Disk {
  readonly size: number;
  private readonly port: MachPort;
  constructor(port: MachPort, size: number) {
    this.port = port;
    this.size = size;
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
export function* fileDisk(file: MachPort): Syscall<Result<Disk>> {
  const got = yield* ioCall.io_stat(file, {});
  return got.err ? got : { err: 0, value: new FileDisk(file, decodeStat(got.stat_info).size) };
}
