/** Recorded probes of a real Hurd (test/data/probes) as lines to compare with, and the calls that print such lines here. */
import { readFileSync } from "node:fs";
import type { MachPort } from "../../../mach/ipc/names.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { PortType } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { taskSelf, deallocate } from "../../../glibc-shim/rights.ts";
import { fsCall, ioCall } from "../../../glibc-shim/stubs.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { decodeStat } from "../../../servers/interfaces/stat.ts";
import { encodeArgz } from "../../../servers/interfaces/argz.ts";

export const recorded = (name: string): readonly string[] => readFileSync(new URL(`../../data/probes/${name}.txt`, import.meta.url), "utf8").split("\n");

const alternate = (radix: number, prefix: string) => (n: number): string => (n === 0 ? "0" : prefix + (n >>> 0).toString(radix));
export const hex = alternate(16, "0x");
export const octal = alternate(8, "0");
export const code = (err: number): string => (err === 0 ? "0" : `${hex(err)} ${strerror(err)}`);
/** As probe.c's `E` prints. */
export const named = (what: string, err: number): string => `${what} = ${err === 0 ? "0" : `${hex(err)} (${strerror(err)})`}`;

/** "send recv " and the like. */
export function* portType(name: MachPort): Syscall<string> {
  if (name === 0) return "null";
  const got = yield* machPortCall.mach_port_type(yield* taskSelf(), { name });
  if (got.err) return "?";
  const words: readonly (readonly [number, string])[] = [[PortType.SEND, "send "], [PortType.RECEIVE, "recv "], [PortType.DEAD_NAME, "deadname "]];
  return words.map(([bit, word]) => (got.ptype & bit ? word : "")).join("");
}

/** One dir_lookup with its result's modes, without inode numbers: they are each filesystem's own. */
export function* look(label: string, dir: MachPort, name: string, flags: number): Syscall<string> {
  const got = yield* fsCall.dir_lookup(dir, { file_name: name, flags, mode: 0o644 });
  const head = `dir_lookup ${label} ("${name}", ${hex(flags)}) = ${code(got.err)}`;
  if (got.err) return head;
  let line = `${head} retry=${got.do_retry} name="${got.retry_name}" port=${yield* portType(got.result)}`;
  if (got.result !== 0 && got.do_retry === 1) {
    const bits = yield* ioCall.io_get_openmodes(got.result, {});
    const st = yield* ioCall.io_stat(got.result, {});
    line += bits.err ? ` openmodes:err ${hex(bits.err)}` : ` openmodes=${hex(bits.bits)}`;
    if (st.err) line += ` stat:err ${hex(st.err)}`;
    else {
      const { mode, uid } = decodeStat(st.stat_info);
      line += ` mode=${octal(mode)} uid=${uid}`;
    }
  }
  yield* deallocate(got.result);
  return line;
}

/** A node with a passive translator. */
export function* translated(libc: Libc, path: string, mode: number, argv: readonly string[]): Syscall<void> {
  const port = yield* libc.file_name_lookup(path, 0x10 | 0x80, mode);
  yield* fsCall.file_chmod(port, { new_mode: mode });
  yield* fsCall.file_set_translator(port, { passive_flags: 4, active_flags: 0, oldtrans_flags: 0, passive: encodeArgz(argv), active: { name: 0 as MachPort, disposition: 19 } });
  yield* deallocate(port);
}

/** Lines that differ, as "recorded" and "got" pairs: shorter to read than two whole lists. */
export const differences = (want: readonly string[], got: readonly string[]): readonly string[] =>
  Array.from({ length: Math.max(want.length, got.length) }, (_, i) => i)
    .filter((i) => want[i] !== got[i])
    .flatMap((i) => [`recorded: ${want[i] ?? "(nothing)"}`, `     got: ${got[i] ?? "(nothing)"}`]);
