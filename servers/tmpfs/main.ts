/**
 * /hurd/tmpfs: a filesystem in memory. As a translator it starts empty (`settrans -a NODE /hurd/tmpfs 16M`); as the boot filesystem, told so by
 * --multiboot-command-line, it fills itself from a device.
 */
import { MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import { deviceCall } from "../../mach/interfaces/device.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { STDERR, type Libc, type Main, type Program } from "../../glibc-shim/libc.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { ioCall } from "../../glibc-shim/stubs.ts";
import { decodeStat, S_IFDIR, S_IFMT, S_ISDIR, S_ITRANS } from "../interfaces/stat.ts";
import { bootArguments, isBootFilesystem, openDevice, parseArguments, printOn, type Arguments } from "../lib/diskfs/arguments.ts";
import { Boot } from "../lib/diskfs/boot.ts";
import { Diskfs } from "../lib/diskfs/filesystem.ts";
import { setOptions } from "../lib/diskfs/options.ts";
import { serveAsTranslator } from "../lib/diskfs/serve.ts";
import { Bucket } from "../lib/ports.ts";
import { decodeRamdisk, ramdiskLength, type RamdiskNode } from "./ramdisk.ts";
import { parseSize, TmpfsStore } from "./store.ts";

const RECORD = 512;

export const main: Main = function* (libc, argv): Program {
  const args = parseArguments(argv, "tmpfs");
  return yield* (isBootFilesystem(args) ? bootFilesystem(libc, args) : translator(libc, args));
};

function* translator(libc: Libc, { program, named, standard, operands }: Arguments): Program {
  const size = named.get("size") ?? operands[0];
  const limit = size === undefined ? undefined : parseSize(size);
  if (size === undefined || limit === undefined || operands.length > 1) {
    const what = size === undefined ? "missing size" : `${size}: invalid size`;
    yield* libc.writeAll(STDERR, `${program}: ${what}\nUsage: ${program} [OPTION...] MAX-BYTES\n`);
    return 64;
  }
  const store = new TmpfsStore({ program, limit, source: size, fsid: libc.getpid() });
  const fs = new Diskfs(libc, yield* Bucket.create(libc), store);
  if (yield* setOptions(fs, standard)) return 64;
  return yield* serveAsTranslator(fs, (node) => adoptOwner(fs, node, named.get("mode")));
}

/** The root belongs to the owner of the node under it, with that node's permissions; who may read may also search. */
function* adoptOwner(fs: Diskfs, node: MachPort, mode: string | undefined): Syscall<void> {
  const got = yield* ioCall.io_stat(node, {});
  if (got.err) return;
  const under = decodeStat(got.stat_info);
  const bits = under.mode & ~(S_IFMT | S_ITRANS);
  const search = S_ISDIR(under.mode) ? 0 : (bits & 0o444) >> 2;
  const now = yield* fs.now();
  Object.assign(fs.store.root.st, {
    mode: S_IFDIR | (mode === undefined ? bits | search : parseInt(mode, 8) & 0o7777), uid: under.uid, gid: under.gid, author: under.author, atim: now, mtim: now, ctim: now,
  });
}

// ---- the boot filesystem

function* bootFilesystem(libc: Libc, args: Arguments): Program {
  const { program } = args;
  const source = args.operands[0] ?? "";
  const boot = bootArguments(args);
  const console = yield* openDevice(boot.deviceMaster, "console");
  const options = [`--store-type=${args.named.get("store-type") ?? "device"}`, source];
  const store = new TmpfsStore({ program, limit: Infinity, source, options, fsid: 0 });
  const tree = yield* readDisk(boot.deviceMaster, source.replace(/^device:/, ""));
  if (typeof tree === "string") {
    yield* printOn(console, `${boot.program}: ${source}: ${tree}\n`);
    return 1;
  }
  store.load(tree);
  const fs = new Diskfs(libc, yield* Bucket.create(libc), store);
  if (yield* setOptions(fs, args.standard)) return 64;
  yield* new Boot(fs, boot, console).run();
  return 1;
}

/** The tree on a device, or what is wrong with it. */
function* readDisk(master: MachPort, name: string): Syscall<RamdiskNode | string> {
  const device = yield* openDevice(master, name);
  if (device === MACH_PORT_NULL) return "no such device";
  const head = yield* deviceCall.device_read(device, { mode: 0, recnum: 0, bytes_wanted: RECORD });
  if (head.err) return "cannot be read";
  const length = ramdiskLength(head.data);
  if (length === undefined) return "no ramdisk";
  const all = yield* deviceCall.device_read(device, { mode: 0, recnum: 0, bytes_wanted: Math.ceil(length / RECORD) * RECORD });
  yield* deallocate(device);
  return all.err ? "cannot be read" : decodeRamdisk(all.data);
}
