/** An executable as this server sees it: mapped where its server can, read where it cannot (exec.md §5 step 3). */
import { MACH_PORT_NULL, portValid, type MachPort } from "../../mach/ipc/names.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { deallocate, taskSelf } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { PAGE_SIZE, VM_INHERIT_COPY, VM_PROT_READ } from "../interfaces/hurd-types.ts";
import { ioCall } from "../interfaces/io.ts";
import { decodeStat } from "../interfaces/stat.ts";

export type Result<T> = { readonly err: 0; readonly value: T } | { readonly err: Failure };

export class ExecFile {
  readonly port: MachPort;
  readonly size: number;
  /** Memory object of the content; null when the file's server maps nothing. */
  readonly filemap: MachPort;
  private constructor(port: MachPort, size: number, filemap: MachPort) {
    this.port = port;
    this.size = size;
    this.filemap = filemap;
  }

  /** io_map and io_stat. EBADF: the file is not open for reading. `close` it afterwards; the port stays the caller's. */
  static *prepare(port: MachPort): Syscall<Result<ExecFile>> {
    const map = yield* ioCall.io_map(port, {});
    if (map.err && map.err !== Errno.EOPNOTSUPP) return { err: map.err };
    let filemap = MACH_PORT_NULL;
    if (!map.err) {
      yield* deallocate(map.memobjwt);
      filemap = map.memobjrd;
      if (!portValid(filemap)) return { err: Errno.EBADF };
    }
    const stat = yield* ioCall.io_stat(port, {});
    if (!stat.err) return { err: 0, value: new ExecFile(port, decodeStat(stat.stat_info).size, filemap) };
    yield* deallocate(filemap);
    return { err: stat.err };
  }

  /** Gives the memory object back. */
  *close(): Syscall<void> {
    yield* deallocate(this.filemap);
  }

  /** `size` bytes from `offset`, fewer at the end of the file. A memory object that fails is an error here, no fault. */
  *read(offset: number, size: number): Syscall<Result<Uint8Array>> {
    const wanted = Math.max(0, Math.min(size, this.size - offset));
    if (wanted === 0) return { err: 0, value: new Uint8Array(0) };
    return portValid(this.filemap) ? yield* this.readMapped(offset, wanted) : yield* this.readCopied(offset, wanted);
  }

  private *readMapped(offset: number, size: number): Syscall<Result<Uint8Array>> {
    const self = yield* taskSelf();
    const start = offset - (offset % PAGE_SIZE);
    const length = Math.ceil((offset + size - start) / PAGE_SIZE) * PAGE_SIZE;
    const place = yield* machCall.vm_map(self, {
      address: 0,
      size: length,
      mask: 0,
      anywhere: true,
      memory_object: this.filemap,
      offset: start,
      copy: true,
      cur_protection: VM_PROT_READ,
      max_protection: VM_PROT_READ,
      inheritance: VM_INHERIT_COPY,
    });
    if (place.err) return { err: Errno.EIO };
    const read = yield* machCall.vm_read(self, { address: place.address, size: length });
    yield* machCall.vm_deallocate(self, { address: place.address, size: length });
    if (read.err) return { err: read.err };
    return { err: 0, value: read.data.slice(offset - start, offset - start + size) };
  }

  private *readCopied(offset: number, size: number): Syscall<Result<Uint8Array>> {
    const out = new Uint8Array(size);
    let done = 0;
    while (done < size) {
      const part = yield* ioCall.io_read(this.port, { offset: offset + done, amount: size - done });
      if (part.err) return { err: part.err };
      if (part.data.length === 0) break;
      out.set(part.data, done);
      done += part.data.length;
    }
    return { err: 0, value: out.subarray(0, done) };
  }
}
