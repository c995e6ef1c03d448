/**
 * The root filesystem's content, as a tree for the ramdisk: programs as images, the files of `root/etc`, device and server nodes as passive translators
 * (modes as MAKEDEV has them, feature-table.md §5).
 */
import { encodeImage } from "../mach/kern/image.ts";
import type { RamdiskNode } from "../servers/tmpfs/ramdisk.ts";
import { executables, instructionName } from "./instructions.ts";
import { msgidsFiles } from "./msgids.ts";
import { etcFiles } from "./root/etc/files.ts";

/** When the image was made: midnight before the machine's first boot. */
export const MTIME = 1_795_132_800;

const root = { uid: 0, gid: 0, mtime: MTIME };
const utf8 = new TextEncoder();

/** A file of root's. */
export const plainFile = (mode: number, bytes: Uint8Array | string): RamdiskNode => ({ uid: 0, gid: 0, mtime: MTIME, kind: "file", mode, bytes: typeof bytes === "string" ? utf8.encode(bytes) : bytes });
const node = (mode: number, ...translator: readonly string[]): RamdiskNode => ({ ...root, kind: "file", mode, bytes: new Uint8Array(0), ...(translator.length === 0 ? {} : { translator }) });
const symlink = (target: string): RamdiskNode => ({ ...root, kind: "symlink", mode: 0o777, target });
const dir = (mode: number, entries: readonly (readonly [string, RamdiskNode])[] = [], owner: { uid: number; gid: number } = root): RamdiskNode => ({
  ...root,
  ...owner,
  kind: "dir",
  mode,
  entries,
});

/** Programs that run with their owner's identity. */
const SET_UID = new Set(["/bin/su", "/bin/login", "/bin/passwd"]);

/** The boot filesystems lie in themselves too, as on a real system. */
const bootModules: readonly (readonly [path: string, entry: string])[] = [
  ["/hurd/ext2fs.static", "hurd/ext2fs"],
  ["/hurd/tmpfs.static", "hurd/tmpfs"],
];

function programsIn(folder: string, more: readonly (readonly [path: string, name: string])[]): readonly (readonly [string, RamdiskNode])[] {
  const all = [...executables.map(([path]) => [path, instructionName(path)] as const), ...bootModules, ...more];
  return all
    .filter(([path]) => path.slice(0, path.lastIndexOf("/")) === folder)
    .map(([path, name]) => [path.slice(path.lastIndexOf("/") + 1), plainFile(SET_UID.has(path) ? 0o4755 : 0o755, encodeImage(name))] as const);
}

const devices: readonly (readonly [string, RamdiskNode])[] = [
  ["console", node(0o600)],
  ["fd", node(0o644, "/hurd/magic", "--directory", "fd")],
  ["full", node(0o666, "/hurd/null", "--full")],
  ...["hd0", "hd1", "hd2", "hd3"].map((name) => [name, node(0o640, "/hurd/storeio", name)] as const),
  ["null", node(0o666, "/hurd/null")],
  ["stderr", symlink("fd/2")],
  ["stdin", symlink("fd/0")],
  ["stdout", symlink("fd/1")],
  ["tty", node(0o666, "/hurd/magic", "tty")],
  ["zero", node(0o666, "/hurd/zero")],
];

const serverNodes: readonly (readonly [string, RamdiskNode])[] = [
  ["crash", symlink("crash-kill")],
  ["crash-dump-core", node(0o644, "/hurd/crash", "--dump-core")],
  ["crash-kill", node(0o644, "/hurd/crash", "--kill")],
  ["crash-suspend", node(0o644, "/hurd/crash", "--suspend")],
  ["exec", node(0o644)],
  ["password", node(0o644, "/hurd/password")],
  ["proc", node(0o644)],
  ["socket", dir(0o755, [["local", symlink("1")]])],
  ["startup", node(0o644)],
];

/** What differs from one image to another. */
export interface ImageOptions {
  /** Programs beside the system's: path and instruction name. */
  readonly programs?: readonly (readonly [path: string, name: string])[];
  /** Files of /etc that are added or replace others. */
  readonly etc?: readonly (readonly [name: string, mode: number, text: string])[];
}

function etc(more: ImageOptions["etc"]): RamdiskNode {
  const all = new Map([...etcFiles, ...(more ?? [])].map(([name, mode, text]) => [name, plainFile(mode, text)] as const));
  return dir(0o755, [...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The tree of the root filesystem. */
export function rootTree({ programs = [], etc: moreEtc }: ImageOptions = {}): RamdiskNode {
  return dir(0o755, [
    ["bin", dir(0o755, programsIn("/bin", programs))],
    ["dev", dir(0o755, devices)],
    ["etc", etc(moreEtc)],
    ["home", dir(0o755, [["guest", dir(0o755, [], { uid: 1000, gid: 1000 })]])],
    ["hurd", dir(0o755, programsIn("/hurd", programs))],
    ["lab", dir(0o755, programsIn("/lab", programs))],
    ["libexec", dir(0o755, programsIn("/libexec", programs))],
    ["root", dir(0o700)],
    ["sbin", symlink("bin")],
    ["servers", dir(0o755, serverNodes)],
    ["share", dir(0o755, [["msgids", dir(0o755, msgidsFiles().map(([name, text]) => [name, plainFile(0o644, text)] as const))]])],
    ["tmp", dir(0o1777)],
    ["usr", symlink(".")],
    ["var", dir(0o755, [["run", dir(0o755, [["utmp", plainFile(0o644, "")]])]])],
  ]);
}
