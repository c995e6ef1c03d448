/** Which program this is: what a trace's header says, so that a history is not run again by another one. */
import { crc32 } from "../rpctrace/crc32.ts";
import { encodeRamdisk } from "../servers/tmpfs/ramdisk.ts";
import { rootTree } from "./image.ts";

/** A hash of the system's sources, which the bundler puts here (build.mjs); undefined when they run as they are. */
declare const HURDSIM_SOURCES: string | undefined;

const sources = typeof HURDSIM_SOURCES === "undefined" ? "sources" : HURDSIM_SOURCES;

/** The hash of the code, and that of the root filesystem that it boots from. */
export function programHash(): string {
  return `${sources}-${crc32(encodeRamdisk(rootTree({ etc: [], programs: [] }))).toString(16).padStart(8, "0")}`;
}
