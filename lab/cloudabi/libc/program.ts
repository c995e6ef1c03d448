/** Starting programs, and being started (cloudabi.md §§2.2, 2.3, 3 "Fallback"). */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { fromBuffer, identity, type Argdata } from "../argdata/node.ts";
import { serialise, serialisedLength, type Serialised } from "../argdata/serialise.ts";
import { fail, failure, ok, type Failure, type Result } from "../errno.ts";
import { FileType } from "../rights.ts";
import type { AuxiliaryVector, Program } from "../kernel/traps.ts";
import { exiting, fdClose, fdCreate2, fdRead, fdWrite, memMap, memUnmap, procExec, procFork } from "./calls.ts";
import { foldExec } from "./folding.ts";

/** A C int. */
const INT_SIZE = 4;

/** `program_exec`: answers only when it fails. A null tree goes the short way: the kernel's own error. */
export function* programExec(fd: number, ad: Argdata): Syscall<Failure> {
  const length = serialisedLength(ad);
  if (length.err !== 0) return length.err;
  const { datalen, fdslen } = length.value;
  if (datalen === 0 && fdslen === 0) return (yield* procExec(fd, new Uint8Array(0), [])).err;
  const mapped = yield* memMap(-1, datalen + fdslen * INT_SIZE, { read: true, write: true });
  if (mapped.err !== 0) return mapped.err;
  const serialised = serialise(ad);
  const failed = serialised.err === 0 ? yield* execSerialised(fd, serialised.value) : serialised.err;
  yield* memUnmap(mapped.value);
  return failed;
}

function* execSerialised(fd: number, { data, fds }: Serialised): Syscall<Failure> {
  return failure((yield* foldExec(fd, yield* procExec(fd, data, fds))).err);
}

/** `program_spawn`: the child's descriptor. Success is that the exec closes the pair's other end: no flag is needed. */
export function* programSpawn(fd: number, ad: Argdata): Syscall<Result<number>> {
  const serialised = serialise(ad);
  if (serialised.err !== 0) return serialised;
  const pair = yield* fdCreate2(FileType.SOCKET_STREAM);
  if (pair.err !== 0) return pair;
  const [here, there] = pair.value;
  const child = yield* procFork(function* () {
    const error = yield* execSerialised(fd, serialised.value);
    yield* fdWrite(there, Uint8Array.of(error & 0xff, error >> 8));
    return 127;
  });
  yield* fdClose(there);
  if (child.err !== 0) {
    yield* fdClose(here);
    return child;
  }
  const told = yield* fdRead(here, 2);
  yield* fdClose(here);
  if (told.err !== 0 || told.value.length < 2) return ok(child.value);
  yield* fdClose(child.value);
  return fail(failure((told.value[0] ?? 0) | ((told.value[1] ?? 0) << 8)));
}

/** What a main routine gets besides its arguments. */
export type Start = AuxiliaryVector;

/** A program with a `program_main`: its arguments are a tree, whose numbers are its descriptors. */
export const programMain = (main: (ad: Argdata, start: Start) => Syscall<number>): Program => (start) => exiting(() => main(fromBuffer(start.argdata, identity), start))();

/** A program with a plain `main`: bytes whose first one is a printable character or above are words ended by NULs; anything else is one empty word. */
export const plainMain = (main: (argv: readonly string[]) => Syscall<number>): Program => (start) => exiting(() => main(wordsOf(start.argdata)))();

/** NULs in the data, and one: data that ends in a NUL gives an empty word more. */
export function wordsOf(data: Uint8Array): readonly string[] {
  if ((data[0] ?? 0) < 0x20) return [""];
  return new TextDecoder().decode(data).split("\0");
}
