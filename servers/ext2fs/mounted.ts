/** A volume on a disk: blocks are brought when they are needed, and go back when it is time. */
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { Errno } from "../interfaces/errno.ts";
import { Mutex } from "../lib/sync.ts";
import type { Disk } from "../lib/disk.ts";
import { Absent, DiskError, Image } from "./image.ts";
import { Super, SUPER_AT, SUPER_SIZE, VALID_FS } from "./layout.ts";
import { readGeometry } from "./superblock.ts";
import { Volume } from "./volume.ts";

/** Bytes that are brought at once: the block that is needed, and those behind it. */
const AHEAD = 0x10000;
/** Bytes that go back at once. */
const RUN = 0x100000;

/** Why a disk cannot be mounted. */
export type Refused = { readonly err: Failure; readonly reason: string };

export class Mounted {
  readonly volume: Volume;
  private readonly disk: Disk;
  private readonly report: (text: string) => Syscall<void>;
  /** It was clean when it was mounted: so it can be clean again. */
  private readonly wasClean: boolean;
  /** Something has been changed since the disk was clean, or since it was mounted. */
  private soiled = false;
  private readonly writing = new Mutex();
  /** Its writes have been refused, or will be. */
  hardReadonly: boolean;
  /** Is called when the first write is refused. */
  refused: () => void = () => undefined;

  private constructor(volume: Volume, disk: Disk, report: (text: string) => Syscall<void>) {
    this.volume = volume;
    this.disk = disk;
    this.report = report;
    this.wasClean = volume.geometry.clean;
    this.hardReadonly = !disk.writable;
  }

  /** Reads what a filesystem must know. `report` prints a warning. */
  static *open(disk: Disk, report: (text: string) => Syscall<void>): Syscall<{ readonly err: 0; readonly value: Mounted } | Refused> {
    const head = yield* disk.read(0, Math.min(disk.size, SUPER_AT + SUPER_SIZE));
    if (head.err) return { err: head.err, reason: "Cannot read hypermetadata" };
    let image: Image | undefined;
    const opened = yield* bringing(disk, () => image, () => {
      const geometry = readGeometry(head.value.subarray(SUPER_AT), disk.size);
      image ??= new Image(new Uint8Array(geometry.blocks * geometry.blockSize), geometry.blockSize, false);
      return new Volume(image, geometry);
    });
    return opened.err ? opened : { err: 0, value: new Mounted(opened.value, disk, report) };
  }

  /** Runs `body`, bringing blocks as it needs them: it is begun again for each. What the disk says wrongly is made known. */
  *run<T>(body: () => T): Syscall<Result<T>> {
    const { volume } = this;
    const done = yield* bringing(this.disk, () => volume.image, body);
    if (done.err && done.reason !== "") volume.warn(done.reason);
    while (volume.warnings.length > 0) yield* this.report(`warning: ${volume.warnings.shift() ?? ""}`);
    return done;
  }

  /** As `run`, for what changes the disk: which is not clean from now on. EROFS when it cannot be written to. */
  *change<T>(body: () => T): Syscall<Result<T>> {
    if (!this.soiled && !(yield* this.soil())) return { err: Errno.EROFS };
    return yield* this.run(body);
  }

  /** The disk says at once that it is in use. False: it cannot be written to, and is read-only from now on. */
  private *soil(): Syscall<boolean> {
    const { volume } = this;
    const before = volume.state;
    volume.state = before & ~VALID_FS;
    if (!this.hardReadonly && (yield* this.write()) === 0) return (this.soiled = true);
    volume.state = before;
    if (this.hardReadonly) return false;
    this.hardReadonly = true;
    yield* this.report("MEDIA NOT WRITABLE; switching to READ-ONLY");
    this.refused();
    return false;
  }

  /** True when there may be something to write back. */
  get changed(): boolean {
    return this.soiled;
  }

  /** Writes back what has changed. `clean`: nothing more will be, so the disk is called clean again if it was, once all else is there. `now`: seconds. */
  *sync(now: number, clean: boolean): Syscall<0 | Failure> {
    const { volume } = this;
    if (volume.image.dirty) volume.setSuper32(Super.WTIME, now);
    const err = yield* this.write();
    if (err || !clean) return err;
    if (this.wasClean) volume.state |= VALID_FS;
    this.soiled = false;
    return yield* this.write();
  }

  /** Writes what has changed, one thread at a time: an older copy of a block must not come to the disk after a newer one. */
  private write(): Syscall<0 | Failure> {
    const { disk, volume } = this;
    return this.writing.with(() => writeChanged(disk, volume.image));
  }
}

/** Writes all changed blocks of the image. What could not be written stays changed. */
export function* writeChanged(disk: Disk, image: Image): Syscall<0 | Failure> {
  const { blockSize } = image;
  for (const { block, count } of [...image.runs(RUN / blockSize)]) {
    const err = yield* disk.write(block * blockSize, image.take(block, count));
    if (!err) continue;
    image.untake(block, count);
    return err;
  }
  return 0;
}

/** Runs `body` again and again until all blocks are there that it needs. */
function* bringing<T>(disk: Disk, image: () => Image | undefined, body: () => T): Syscall<{ readonly err: 0; readonly value: T } | Refused> {
  for (;;) {
    try {
      return { err: 0, value: body() };
    } catch (e) {
      if (e instanceof DiskError) return { err: e.code, reason: e.message };
      const into = image();
      if (!(e instanceof Absent) || into === undefined) throw e;
      const err = yield* bring(disk, into, e.block);
      if (err) return { err, reason: `block ${e.block} cannot be read` };
    }
  }
}

/** Brings a block, and what follows it. */
function* bring(disk: Disk, image: Image, block: number): Syscall<0 | Failure> {
  const { blockSize } = image;
  if (block >= image.blocks) return Errno.EIO;
  const count = Math.min(AHEAD / blockSize, image.blocks - block);
  const got = yield* disk.read(block * blockSize, count * blockSize);
  if (got.err) return got.err;
  image.bring(block, got.value);
  return 0;
}
