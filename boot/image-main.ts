/** `npm run image`: the root filesystem as an ext2 disk in a file, for `npm run boot -- --disk FILE` and for other systems' tools. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { DiskError } from "../servers/ext2fs/image.ts";
import { FormatError } from "../servers/ext2fs/format.ts";
import { ext2Image } from "./ext2-image.ts";
import { MTIME, rootTree } from "./image.ts";

const usage = `Usage: npm run image -- FILE [OPTION...]
Writes the root filesystem to FILE as an ext2 disk made for the Hurd.

      --size SIZE        bytes, with k, M or G behind them (default 16M)
      --block-size N     1024, 2048 or 4096 (default)
      --help             print this
`;

/** The command is misused: exit status 2. */
class UsageError extends Error {}

/** The command line, read. */
interface Options {
  readonly file: string;
  readonly size: number;
  readonly blockSize: number;
}

const config = { size: { type: "string", default: "16M" }, "block-size": { type: "string", default: "4096" }, help: { type: "boolean", default: false } } as const;

function parse(args: readonly string[]): Options | "help" {
  const { values, positionals } = parsed(args);
  if (values.help) return "help";
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError(file === undefined ? "FILE is missing" : "one FILE at a time");
  const m = /^(\d+)([kMG]?)$/.exec(values.size);
  if (m === null) throw new UsageError(`--size wants a number of bytes, not "${values.size}"`);
  if (!["1024", "2048", "4096"].includes(values["block-size"])) throw new UsageError(`--block-size wants 1024, 2048 or 4096, not "${values["block-size"]}"`);
  return { file, size: Number(m[1]) * 1024 ** ["", "k", "M", "G"].indexOf(m[2] ?? ""), blockSize: Number(values["block-size"]) };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: config, strict: true, allowPositionals: true });
  } catch (e) {
    throw new UsageError(e instanceof Error ? (e.message.split(/\.\s|\n/)[0] ?? "") : String(e));
  }
}

/** The disk; why there is none is a FormatError. */
function disk({ size, blockSize }: Options): Uint8Array {
  if (size > 2 ** 31) throw new FormatError("a disk has at most 2 GiB here");
  try {
    return ext2Image(rootTree(), size, { blockSize, time: MTIME, label: "hurd" });
  } catch (e) {
    throw e instanceof DiskError ? new FormatError(`${size} bytes are too few for the root filesystem`) : e;
  }
}

/** Runs the command; answers the exit status. */
export function main(args: readonly string[]): number {
  try {
    const options = parse(args);
    if (options === "help") process.stdout.write(usage);
    else writeFileSync(options.file, disk(options));
    return 0;
  } catch (e) {
    if (!(e instanceof Error)) throw e;
    const { code } = e as NodeJS.ErrnoException;
    process.stderr.write(`image: ${code === undefined ? e.message : `cannot write the disk: ${code}`}\n`);
    if (e instanceof UsageError) process.stderr.write("image: --help shows the options\n");
    return e instanceof UsageError ? 2 : 1;
  }
}
