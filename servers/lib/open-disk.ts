/** From a store's type and name, as the words of a command line have them, to the disk (libstore's argp, so far as there are such stores here). */
import type { Syscall } from "../../mach/kern/syscall.ts";
import { attempt, type Result } from "../../glibc-shim/errno.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { O_READ, O_WRITE } from "../interfaces/hurd-types.ts";
import { fileDisk, openDeviceDisk, type Disk } from "./disk.ts";

/** "device" is a device of the kernel, "file" and "query" a file, "typed" TYPE:NAME in the name. What cannot be opened for writing is opened for reading. EINVAL: no such type here. */
export function* openDisk(libc: Libc, type: string, name: string): Syscall<Result<Disk>> {
  if (type === "typed") {
    const colon = name.indexOf(":");
    return colon < 0 ? { err: Errno.EINVAL } : yield* openDisk(libc, name.slice(0, colon), name.slice(colon + 1));
  }
  if (type === "device") return yield* privilegedDevice(libc, name);
  if (type !== "query" && type !== "file") return { err: Errno.EINVAL };
  const both = yield* attempt(libc.file_name_lookup(name, O_READ | O_WRITE));
  const writable = both.err !== Errno.EACCES && both.err !== Errno.EROFS;
  const file = writable ? both : yield* attempt(libc.file_name_lookup(name, O_READ));
  return file.err ? file : yield* fileDisk(file.value, writable);
}

/** A device of the kernel, for root. */
function* privilegedDevice(libc: Libc, name: string): Syscall<Result<Disk>> {
  const ports = yield* attempt(libc.get_privileged_ports());
  if (ports.err) return ports;
  const disk = yield* openDeviceDisk(ports.value.deviceMaster, name);
  yield* deallocate(ports.value.hostPriv);
  yield* deallocate(ports.value.deviceMaster);
  return disk;
}
