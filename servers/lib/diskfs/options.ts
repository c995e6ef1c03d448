/** Options that every filesystem has, at start-up and by `fsys_set_options` (libdiskfs/opts-common.c, opts-std-runtime.c). */
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno } from "../../interfaces/errno.ts";
import { O_WRITE } from "../../interfaces/hurd-types.ts";
import type { Diskfs, Settings } from "./filesystem.ts";
import type { PagerPorts } from "./pager.ts";

type Change = (settings: Settings) => void;

/** Each with its short and all its long names; a long one may be cut short where that leaves no doubt. */
const changes: readonly (readonly [names: readonly string[], change: Change])[] = [
  [["-r", "--readonly", "--rdonly", "--ro"], (s) => (s.readonly = true)],
  [["-w", "--writable", "--rdwr", "--rw"], (s) => (s.readonly = false)],
  [["-s", "--sync"], (s) => (s.sync = "always")],
  [["-n", "--no-sync", "--nosync"], (s) => (s.sync = 0)],
  [["-S", "--no-suid", "--nosuid"], (s) => (s.nosuid = true)],
  [["--suid-ok"], (s) => (s.nosuid = false)],
  [["-E", "--no-exec", "--noexec"], (s) => (s.noexec = true)],
  [["--exec-ok"], (s) => (s.noexec = false)],
  [["-A", "--no-atime", "--noatime"], (s) => (s.noatime = true)],
  [["--atime", "--strictatime"], (s) => Object.assign(s, { noatime: false, relatime: false })],
  [["-R", "--relatime"], (s) => (s.relatime = true)],
  [["--no-inherit-dir-group", "--nogrpid", "--sysvgroups"], (s) => (s.inheritGroup = false)],
  [["--inherit-dir-group", "--grpid", "--bsdgroups"], (s) => (s.inheritGroup = true)],
  // Nothing is kept back that would have to be read again.
  [["-u", "--update", "--remount"], () => undefined],
];
/** What it is when nothing was said: not shown. */
const DEFAULT_SYNC = 5;

/** The change that `option` asks for; undefined: none of these, or of two. */
function changeOf(option: string): Change | undefined {
  const interval = /^(?:-s|--sync=)(\d+)$/.exec(option)?.[1];
  if (interval !== undefined) return (s) => (s.sync = Number(interval));
  const exact = changes.find(([names]) => names.includes(option));
  if (exact !== undefined || !/^--./.test(option)) return exact?.[1];
  const [only, another] = changes.filter(([names]) => names.some((name) => name.startsWith(option)));
  return another === undefined ? only?.[1] : undefined;
}

/** True while somebody could write to an open file. */
const hasWriters = (fs: Diskfs): boolean => fs.bucket.all(fs.protids).some(({ object }) => (object.po.openstat & O_WRITE) !== 0);

/**
 * Applies options, with the filesystem locked; EINVAL when one is unknown, and then none is in force. Those of the store are tried in their turn. EBUSY: it cannot
 * become read-only while files are open for writing, or could be written to by their `pagers`. EROFS: it cannot be written to.
 */
export function* setOptions(fs: Diskfs, options: readonly string[], pagers?: PagerPorts): Syscall<0 | Failure> {
  const settings = { ...fs.settings };
  for (const option of options) {
    const change = changeOf(option);
    if (change !== undefined) change(settings);
    else if (!(yield* fs.store.setOption(option))) return Errno.EINVAL;
  }
  const changes = settings.readonly !== fs.settings.readonly;
  if (!settings.readonly && fs.settings.readonly && fs.store.hardReadonly) return Errno.EROFS;
  if (changes && settings.readonly && (hasWriters(fs) || pagers?.writable === true)) return Errno.EBUSY;
  Object.assign(fs.settings, settings);
  if (changes) yield* fs.store.readonlyChanged(settings.readonly);
  return 0;
}

/** What `fsysopts` shows: the program, then the options in force. */
export function currentOptions({ settings, store }: Diskfs): readonly string[] {
  const words = [store.program, settings.readonly ? "--readonly" : "--writable"];
  if (settings.nosuid) words.push("--no-suid");
  if (settings.noexec) words.push("--no-exec");
  if (settings.noatime) words.push("--no-atime");
  else if (settings.relatime) words.push("--relatime");
  if (!settings.inheritGroup) words.push("--no-inherit-dir-group");
  if (settings.sync === "always") words.push("--sync");
  else if (settings.sync !== DEFAULT_SYNC) words.push(settings.sync === 0 ? "--no-sync" : `--sync=${settings.sync}`);
  return [...words, ...store.options()];
}
