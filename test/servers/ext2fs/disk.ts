/** An ext2 filesystem on a disk in memory, used as libdiskfs uses it, without a machine: nothing here has to wait. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Result } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import type { MachPort } from "../../../mach/ipc/names.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Disk } from "../../../servers/lib/disk.ts";
import { Mounted } from "../../../servers/ext2fs/mounted.ts";
import { Ext2Store } from "../../../servers/ext2fs/store.ts";
import { Diskfs } from "../../../servers/lib/diskfs/filesystem.ts";
import type { Node } from "../../../servers/lib/diskfs/node.ts";
import { NO_PLACE, Peropen, Protid } from "../../../servers/lib/diskfs/peropen.ts";
import type { Bucket } from "../../../servers/lib/ports.ts";

/** The value of a call that makes no trap, or only such whose answer nobody looks at. */
export function now<T>(call: Syscall<T>): T {
  for (;;) {
    const step = call.next(0);
    if (step.done === true) return step.value;
  }
}

/** A disk whose bytes can be looked at, and that counts what is asked of it. */
export class MemoryDisk implements Disk {
  readonly bytes: Uint8Array;
  readonly writable = true;
  reads = 0;
  writes = 0;
  /** Writes fail with this from now on. */
  refuse: 0 | Failure = 0;
  /** What happens while the disk is busy with a write of these bytes. */
  meanwhile: (offset: number, end: number) => void = () => undefined;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  get size(): number {
    return this.bytes.length;
  }
  *read(offset: number, amount: number): Syscall<Result<Uint8Array>> {
    this.reads++;
    return { err: 0, value: this.bytes.slice(offset, offset + amount) };
  }
  *write(offset: number, data: Uint8Array): Syscall<0 | Failure> {
    if (this.refuse) return this.refuse;
    this.writes++;
    this.bytes.set(data, offset);
    this.meanwhile(offset, offset + data.length);
    return 0;
  }
}

/** Seconds since the epoch, for everything that happens here. */
export const TIME = 1_795_478_400;

/** A library that knows no more than what time it is. */
const clock = (time: { readonly sec: number }): Libc =>
  ({
    *gettimeofday() {
      return { sec: time.sec, usec: 5 };
    },
  }) as unknown as Libc;

/** A filesystem in use. */
export interface Used {
  readonly disk: MemoryDisk;
  readonly store: Ext2Store;
  readonly fs: Diskfs;
  /** What it has warned of. */
  readonly warnings: readonly string[];
  /** What time it is. */
  readonly time: { sec: number };
}

/** Mounts the disk; in words why it cannot be. */
export function use(bytes: Uint8Array): Used | string {
  const disk = new MemoryDisk(bytes);
  const time = { sec: TIME };
  const libc = clock(time);
  const warnings: string[] = [];
  const mounted = now(
    Mounted.open(disk, function* (text) {
      warnings.push(text);
    }),
  );
  if (mounted.err) return mounted.reason;
  const store = now(Ext2Store.create({ libc, mounted: mounted.value, program: "ext2fs", source: "disk", disk: ["disk"], fsid: 1 }));
  if (store.err) return store.reason;
  const opens = new Map<MachPort, Protid>();
  const bucket = { lookup: (_class: unknown, name: MachPort) => (opens.has(name) ? { object: opens.get(name) } : undefined), all: () => [] } as unknown as Bucket;
  const fs = new Diskfs(libc, bucket, store.value);
  Object.assign(fs, { opens });
  return { disk, store: store.value, fs, warnings, time };
}

/** As `use`, of a disk that can be mounted. */
export function used(bytes: Uint8Array): Used {
  const got = use(bytes);
  if (typeof got === "string") throw new Error(got);
  return got;
}

const ROOT = { uids: [0], gids: [0] };

/** Root's port on a node, and its name for requests that bring one. */
export function port(fs: Diskfs, node: Node): { readonly self: Protid; readonly name: MachPort } {
  const { opens } = fs as unknown as { readonly opens: Map<MachPort, Protid> };
  const self = new Protid(new Peropen(node, 0xf, NO_PLACE), ROOT);
  const name = (1000 + opens.size) as MachPort;
  opens.set(name, self);
  return { self, name };
}

/** An image that mke2fs made (fixtures beside this file). */
export const fixture = (name: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(fileURLToPath(new URL(`${name}.img.gz`, import.meta.url)))));

/** What e2fsck says of the disk: "" when it is content, undefined when there is no e2fsck here. */
export function e2fsck(bytes: Uint8Array): string | undefined {
  const folder = mkdtempSync(`${tmpdir()}/ext2-`);
  try {
    writeFileSync(`${folder}/disk`, bytes);
    for (const program of ["e2fsck", "/sbin/e2fsck", "/usr/sbin/e2fsck"]) {
      const { error, status, stdout } = spawnSync(program, ["-fn", `${folder}/disk`], { encoding: "utf8" });
      if (error === undefined) return status === 0 ? "" : stdout;
    }
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
