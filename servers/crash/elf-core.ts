/**
 * A core image: an ELF file for the i386 of type ET_CORE, with one note a thread and one loadable segment a memory region.
 *
 * Notes are named "CORE". NT_PRSTATUS holds 32-bit words: the signal, its code, its error, the number of the thread, then the registers as
 * `thread_get_state` gives them; NT_PRPSINFO holds the process number and the command.
 */

/** A piece of memory; without `data` only its place is recorded. */
export interface Region {
  readonly address: number;
  readonly size: number;
  /** VM_PROT_READ 1, VM_PROT_WRITE 2, VM_PROT_EXECUTE 4. */
  readonly protection: number;
  readonly data: Uint8Array | undefined;
}

export interface CoreImage {
  readonly signo: number;
  readonly sigcode: number;
  readonly sigerror: number;
  readonly pid: number;
  readonly command: string;
  /** The registers of each thread. */
  readonly threads: readonly (readonly number[])[];
  readonly regions: readonly Region[];
}

const EHDR_SIZE = 52;
const PHDR_SIZE = 32;
const ET_CORE = 4;
const EM_386 = 3;
const PT_LOAD = 1;
const PT_NOTE = 4;
const NT_PRSTATUS = 1;
const NT_PRPSINFO = 3;
const PAGE = 4096;

const words = (values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint32(4 * i, value, true));
  return bytes;
};

const halves = (values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(2 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint16(2 * i, value, true));
  return bytes;
};

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/** A note's description and name are filled up to whole words. */
function note(type: number, desc: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode("CORE\0");
  const filled = new Uint8Array(12 + roundUp(name.length, 4) + roundUp(desc.length, 4));
  filled.set(words([name.length, desc.length, type]));
  filled.set(name, 12);
  filled.set(desc, 12 + roundUp(name.length, 4));
  return filled;
}

function notes({ signo, sigcode, sigerror, pid, command, threads }: CoreImage): Uint8Array {
  const info = join([words([pid]), new TextEncoder().encode(`${command}\0`)]);
  return join([note(NT_PRPSINFO, info), ...threads.map((registers, i) => note(NT_PRSTATUS, words([signo, sigcode, sigerror, i, ...registers])))]);
}

/** ELF's flags are the other way round: execute 1, write 2, read 4. */
const elfFlags = (protection: number): number => ((protection & 1) << 2) | (protection & 2) | ((protection & 4) >> 2);

function header(phdrs: number): Uint8Array {
  const ident = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  return join([ident, halves([ET_CORE, EM_386]), words([1, 0, EHDR_SIZE, 0, 0]), halves([EHDR_SIZE, PHDR_SIZE, phdrs, 0, 0, 0])]);
}

/** The file's bytes. Memory begins at a whole page. */
export function encodeCore(image: CoreImage): Uint8Array {
  const noteBytes = notes(image);
  const count = image.regions.length + 1;
  const noteAt = EHDR_SIZE + count * PHDR_SIZE;
  const phdrs = [words([PT_NOTE, noteAt, 0, 0, noteBytes.length, 0, 4, 4])];
  const memory: Uint8Array[] = [];
  const start = roundUp(noteAt + noteBytes.length, PAGE);
  let at = start;
  for (const { address, size, protection, data } of image.regions) {
    const length = data?.length ?? 0;
    phdrs.push(words([PT_LOAD, at, address, 0, length, size, elfFlags(protection), PAGE]));
    if (data !== undefined) memory.push(data);
    at += length;
  }
  const gap = new Uint8Array(start - noteAt - noteBytes.length);
  return join([header(count), ...phdrs, noteBytes, gap, ...memory]);
}
