/**
 * The content of the device "rd0": a filesystem's tree as CBOR, with magic number "RDSK" and a length before it (the device is made of whole
 * blocks). boot's image builder writes it, the root filesystem reads it.
 */
import { decode, encode } from "cbor-x";
import { S_IFDIR, S_IFLNK, S_IFREG } from "../interfaces/stat.ts";

/** What a file of the image has beside its contents. Times in seconds since the epoch. */
export interface ImageMeta {
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  /** Passive translator. */
  readonly translator?: readonly string[];
}

/** One file of the image. A directory lists its entries in order; a link says where to; a special file has its type in `mode`. */
export type ImageNode =
  | (ImageMeta & { readonly type: "file"; readonly bytes: Uint8Array })
  | (ImageMeta & { readonly type: "directory"; readonly entries: readonly (readonly [name: string, node: ImageNode])[] })
  | (ImageMeta & { readonly type: "link"; readonly target: string })
  | (ImageMeta & { readonly type: "special"; readonly rdev: number });

const MAGIC = [0x52, 0x44, 0x53, 0x4b] as const;
const HEADER = 8;
const BLOCK = 512;

/** The device's bytes for a tree. */
export function encodeRamdisk(root: ImageNode): Uint8Array {
  const body = encode(root);
  const disk = new Uint8Array(Math.ceil((HEADER + body.length) / BLOCK) * BLOCK);
  disk.set(MAGIC);
  new DataView(disk.buffer).setUint32(4, body.length, true);
  disk.set(body, HEADER);
  return disk;
}

/** The length of everything that a device that begins so holds, or undefined: no such tree. `start` has at least 8 bytes. */
export function ramdiskLength(start: Uint8Array): number | undefined {
  if (start.length < HEADER || MAGIC.some((byte, i) => start[i] !== byte)) return undefined;
  return HEADER + new DataView(start.buffer, start.byteOffset).getUint32(4, true);
}

/** The tree in a device's bytes. Undefined when they are no tree: wrong magic number, cut short, damaged. */
export function decodeRamdisk(disk: Uint8Array): ImageNode | undefined {
  const length = ramdiskLength(disk);
  if (length === undefined || disk.length < length) return undefined;
  try {
    const tree: unknown = decode(disk.subarray(HEADER, length));
    return isNode(tree) ? tree : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

function isNode(value: unknown): value is ImageNode {
  if (!isRecord(value)) return false;
  if (![value.mode, value.uid, value.gid, value.mtime].every((n) => Number.isInteger(n))) return false;
  if (value.translator !== undefined && !(Array.isArray(value.translator) && value.translator.every((w) => typeof w === "string"))) return false;
  switch (value.type) {
    case "file":
      return value.bytes instanceof Uint8Array;
    case "link":
      return typeof value.target === "string";
    case "special":
      return Number.isInteger(value.rdev);
    case "directory":
      return Array.isArray(value.entries) && value.entries.every((e) => Array.isArray(e) && typeof e[0] === "string" && e[0] !== "" && !e[0].includes("/") && isNode(e[1]));
    default:
      return false;
  }
}

/** The whole `st_mode` of an image's node. */
export function fullMode(node: ImageNode): number {
  switch (node.type) {
    case "file":
      return S_IFREG | node.mode;
    case "directory":
      return S_IFDIR | node.mode;
    case "link":
      return S_IFLNK | node.mode;
    case "special":
      return node.mode;
  }
}
