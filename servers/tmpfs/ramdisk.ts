/**
 * The ramdisk: a root filesystem's content as the bytes of a device, "\x7fRDK", a u32 length, and a CBOR tree.
 *
 * The boot image builder writes it; `tmpfs` as the boot filesystem reads it from device "rd0" and fills itself. The reader trusts nothing.
 */
import { Encoder, decode } from "cbor-x";

interface NodeFacts {
  /** Permission bits, set-id and sticky included; no type. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** A passive translator: program and arguments. */
  readonly translator?: readonly string[];
}

/** One node of the tree. */
export type RamdiskNode =
  | (NodeFacts & { readonly kind: "dir"; readonly entries: readonly (readonly [name: string, node: RamdiskNode])[] })
  | (NodeFacts & { readonly kind: "file"; readonly bytes: Uint8Array })
  | (NodeFacts & { readonly kind: "symlink"; readonly target: string });

/** The device does not hold a ramdisk. */
export type BadRamdisk = "no ramdisk" | "truncated" | "damaged";

const MAGIC = [0x7f, 0x52, 0x44, 0x4b];
const FIXED = 8;
const MAX_DEPTH = 64;

/** The bytes of a ramdisk with `root` as its root directory. */
export function encodeRamdisk(root: RamdiskNode): Uint8Array {
  const tree = new Encoder({ useRecords: false, tagUint8Array: false }).encode(root);
  const out = new Uint8Array(FIXED + tree.length);
  out.set(MAGIC);
  new DataView(out.buffer).setUint32(4, tree.length, true);
  out.set(tree, FIXED);
  return out;
}

/** The length of a whole ramdisk by its first eight bytes; undefined when they do not begin one. */
export function ramdiskLength(head: Uint8Array): number | undefined {
  if (head.length < FIXED || MAGIC.some((b, i) => head[i] !== b)) return undefined;
  return FIXED + new DataView(head.buffer, head.byteOffset).getUint32(4, true);
}

/** The root directory of a ramdisk, or what is wrong with it. */
export function decodeRamdisk(bytes: Uint8Array): RamdiskNode | BadRamdisk {
  const length = ramdiskLength(bytes);
  if (length === undefined) return "no ramdisk";
  if (bytes.length < length) return "truncated";
  try {
    const root = checked(decode(bytes.slice(FIXED, length)), 0);
    return root?.kind === "dir" ? root : "damaged";
  } catch {
    return "damaged";
  }
}

const isNumber = (n: unknown): n is number => typeof n === "number" && Number.isSafeInteger(n) && n >= 0;

function checked(value: unknown, depth: number): RamdiskNode | undefined {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return undefined;
  const { kind, mode, uid, gid, mtime, translator, entries, bytes, target } = value as Readonly<Record<string, unknown>>;
  if (!isNumber(mode) || mode > 0o7777 || !isNumber(uid) || !isNumber(gid) || !isNumber(mtime)) return undefined;
  if (translator !== undefined && !(Array.isArray(translator) && translator.length > 0 && translator.every((w) => typeof w === "string"))) return undefined;
  const record = translator === undefined ? {} : { translator: translator as readonly string[] };
  if (kind === "file" && bytes instanceof Uint8Array) return { mode, uid, gid, mtime, kind, bytes: bytes.slice(), ...record };
  if (kind === "symlink" && typeof target === "string") return { mode, uid, gid, mtime, kind, target, ...record };
  const children = kind === "dir" && Array.isArray(entries) ? childrenOf(entries, depth) : undefined;
  return children ? { mode, uid, gid, mtime, kind: "dir", entries: children, ...record } : undefined;
}

function childrenOf(entries: readonly unknown[], depth: number): readonly (readonly [string, RamdiskNode])[] | undefined {
  const children: (readonly [string, RamdiskNode])[] = [];
  const seen = new Set<string>(["", ".", ".."]);
  for (const entry of entries) {
    const [name, value] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
    const node = checked(value, depth + 1);
    if (typeof name !== "string" || name.includes("/") || seen.has(name) || !node) return undefined;
    seen.add(name);
    children.push([name, node]);
  }
  return children;
}
