/**
 * /hurd/ext2fs: an ext2 filesystem on a disk. As a translator it is told a file (`settrans -a NODE /hurd/ext2fs FILE`) or a device of the kernel
 * (`-T device NAME`); as the boot filesystem, told so by --multiboot-command-line, `-T typed device:NAME`.
 */
import type { Syscall } from "../../mach/kern/syscall.ts";
import { STDERR, type Libc, type Main, type Program } from "../../glibc-shim/libc.ts";
import { strerror } from "../interfaces/errno.ts";
import { bootArguments, isBootFilesystem, openDevice, parseArguments, printOn, type Arguments } from "../lib/diskfs/arguments.ts";
import { Boot } from "../lib/diskfs/boot.ts";
import { Diskfs } from "../lib/diskfs/filesystem.ts";
import { setOptions } from "../lib/diskfs/options.ts";
import { serveAsTranslator } from "../lib/diskfs/serve.ts";
import { Bucket } from "../lib/ports.ts";
import { openDeviceDisk, type Disk } from "../lib/disk.ts";
import { Mounted } from "./mounted.ts";
import { openDisk } from "../lib/open-disk.ts";
import { Ext2Store } from "./store.ts";
import { readOnlyFeatures } from "./superblock.ts";

/** How the filesystem says something: on standard error, or on the console. */
type Print = (text: string) => Syscall<void>;

export const main: Main = function* (libc, argv) {
  const args = parseArguments(argv, "ext2fs");
  return yield* (isBootFilesystem(args) ? bootFilesystem(libc, args) : translator(libc, args));
};

function* translator(libc: Libc, args: Arguments): Program {
  const print: Print = (text) => libc.writeAll(STDERR, `${text}\n`);
  const [name, ...more] = args.operands;
  if (name === undefined || more.length > 0) {
    yield* print(`${args.program}: ${name === undefined ? "No store specified" : "Too many arguments"}\nUsage: ${args.program} [OPTION...] DEVICE...`);
    return 64;
  }
  const disk = yield* openDisk(libc, args.named.get("store-type") ?? "query", name);
  if (disk.err) {
    yield* print(`${args.program}: ${name}: ${strerror(disk.err)}`);
    return 3;
  }
  const fs = yield* mount(libc, args, disk.value, { print, fsid: libc.getpid() });
  if (typeof fs === "number") return fs;
  return yield* serveAsTranslator(fs, function* () {
    // The root is the disk's own, whatever the node under it is.
  });
}

function* bootFilesystem(libc: Libc, args: Arguments): Program {
  const boot = bootArguments(args);
  const console = yield* openDevice(boot.deviceMaster, "console");
  const print: Print = (text) => printOn(console, `${text}\n`);
  const source = args.operands[0] ?? "";
  const disk = yield* openDeviceDisk(boot.deviceMaster, source.replace(/^device:/, ""));
  if (disk.err) {
    yield* print(`${boot.program}: ${source}: ${strerror(disk.err)}`);
    return 3;
  }
  const fs = yield* mount(libc, args, disk.value, { print, fsid: 0 });
  if (typeof fs === "number") return fs;
  yield* new Boot(fs, boot, console).run();
  return 1;
}

interface Surroundings {
  readonly print: Print;
  readonly fsid: number;
}

/** The filesystem on the disk, ready to serve; the exit status when that cannot be. */
function* mount(libc: Libc, args: Arguments, disk: Disk, { print, fsid }: Surroundings): Syscall<Diskfs | number> {
  const source = args.operands[0] ?? "";
  const say: Print = (text) => print(`ext2fs: ${source}: ${text}`);
  const mounted = yield* Mounted.open(disk, say);
  if (mounted.err) {
    yield* say(`panic: get_hypermetadata: ${mounted.reason}`);
    return 1;
  }
  const type = args.named.get("store-type");
  const words = [...(type === undefined || type === "query" ? [] : [`--store-type=${type}`]), source];
  const store = yield* Ext2Store.create({ libc, mounted: mounted.value, program: args.program, source, disk: words, fsid });
  if (store.err) {
    yield* say(`panic: main: ${store.reason}`);
    return 1;
  }
  const fs = new Diskfs(libc, yield* Bucket.create(libc), store.value);
  if (yield* setOptions(fs, args.standard)) {
    yield* print(`${args.program}: unrecognized option`);
    return 64;
  }
  yield* protect(fs, mounted.value, say);
  return fs;
}

/** What may not be written to is read-only from the start, or from the first write on that is refused. */
function* protect({ settings }: Diskfs, mounted: Mounted, say: Print): Syscall<void> {
  const { volume } = mounted;
  mounted.refused = () => {
    settings.readonly = true;
  };
  if (mounted.hardReadonly) settings.readonly = true;
  const features = readOnlyFeatures(volume.geometry);
  if (features !== 0) {
    yield* say(`warning: mounted readonly because of unsupported optional features (0x${features.toString(16)})`);
    settings.readonly = true;
  }
  if (volume.geometry.clean) return;
  yield* say("warning: FILESYSTEM NOT UNMOUNTED CLEANLY; PLEASE fsck");
  if (settings.readonly) return;
  settings.readonly = true;
  yield* say("warning: MOUNTED READ-ONLY; MUST USE `fsysopts --writable'");
}
