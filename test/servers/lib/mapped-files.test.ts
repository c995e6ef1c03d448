import { expect } from "chai";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { load, store, type Syscall } from "../../../mach/kern/syscall.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { deallocate, taskSelf } from "../../../glibc-shim/rights.ts";
import { fsCall, fsysCall, ioCall } from "../../../glibc-shim/stubs.ts";
import { encodeArgz } from "../../../servers/interfaces/argz.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { onEachRoot } from "../probe.ts";

const PAGE = 4096;
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (s: string): Uint8Array => new TextEncoder().encode(s);

/** A file of three pages, each beginning with its number, open for both. */
function* threePages(libc: Libc): Syscall<MachPort> {
  const file = yield* libc.file_name_lookup("/tmp/mapped", 0x13, 0o644);
  for (let page = 0; page < 3; page++) yield* ioCall.io_write(file, { data: bytes(`page ${page}`), offset: page * PAGE });
  return file;
}

/** Maps the whole file, shared or copied; the address. */
function* mapped(file: MachPort, copy: boolean): Syscall<number> {
  const got = yield* ioCall.io_map(file, {});
  const object = got.err ? MACH_PORT_NULL : got.memobjrd;
  const map = yield* machCall.vm_map(yield* taskSelf(), {
    address: 0, size: 3 * PAGE, mask: 0, anywhere: true, memory_object: object, offset: 0, copy, cur_protection: 3, max_protection: 7, inheritance: 1,
  });
  yield* deallocate(object);
  if (!got.err) yield* deallocate(got.memobjwt);
  return map.err ? 0 : map.address;
}

onEachRoot("io_map", function (probed) {
  this.timeout(30_000);

  it("shows a file's pages where it is mapped, zeros after its end", () => {
    const got = probed(function* (libc) {
      const at = yield* mapped(yield* threePages(libc), false);
      const out: string[] = [];
      for (let page = 2; page >= 0; page--) out.push(text(yield* load(at + page * PAGE, 6)));
      return [...out, [...(yield* load(at + 2 * PAGE + 6, 3))].join()];
    });
    expect(got).to.deep.equal(["page 2", "page 1", "page 0", "0,0,0"]);
  });

  it("shows what io_write changed since", () => {
    const got = probed(function* (libc) {
      const file = yield* threePages(libc);
      const at = yield* mapped(file, false);
      const before = text(yield* load(at, 6));
      yield* ioCall.io_write(file, { data: bytes("fresh!"), offset: 0 });
      return [before, text(yield* load(at, 6))];
    });
    expect(got).to.deep.equal(["page 0", "fresh!"]);
  });

  it("writes through a shared mapping into the file, from a copy never", () => {
    const got = probed(function* (libc) {
      const file = yield* threePages(libc);
      const copy = yield* mapped(file, true);
      yield* store(copy, bytes("secret"));
      const shared = yield* mapped(file, false);
      yield* store(shared + PAGE, bytes("shared"));
      yield* machCall.vm_deallocate(yield* taskSelf(), { address: copy, size: 3 * PAGE });
      yield* machCall.vm_deallocate(yield* taskSelf(), { address: shared, size: 3 * PAGE });
      yield* libc.usleep(10_000);
      const out: string[] = [];
      for (const page of [0, 1]) {
        const r = yield* ioCall.io_read(file, { offset: page * PAGE, amount: 6 });
        out.push(r.err ? "?" : text(r.data));
      }
      return out;
    });
    expect(got).to.deep.equal(["page 0", "shared"]);
  });

  it("keeps the filesystem writable while somebody could write through a mapping: EBUSY, though nobody has the file open", () => {
    const got = probed(function* (libc) {
      const control = yield* fsCall.file_getcontrol(libc.ports.crdir, {});
      if (control.err) return [control.err];
      const readonly = function* (): Syscall<number> {
        return (yield* fsysCall.fsys_set_options(control.control, { options: encodeArgz(["--readonly"]), do_children: 0 })).err;
      };
      const file = yield* threePages(libc);
      const at = yield* mapped(file, false);
      yield* store(at, bytes("stored"));
      yield* deallocate(file);
      yield* libc.sleep(1);
      const busy = yield* readonly();
      yield* machCall.vm_deallocate(yield* taskSelf(), { address: at, size: 3 * PAGE });
      yield* libc.sleep(1);
      return [busy, yield* readonly(), (yield* attempt(libc.open("/tmp/mapped", 2))).err];
    });
    expect(got).to.deep.equal([Errno.EBUSY, 0, Errno.EROFS]);
  });

  it("gives a reader a shared mapping that cannot be written, and private copies that can (cves.md §3)", () => {
    const got = probed(function* (libc) {
      yield* deallocate(yield* threePages(libc));
      const reader = yield* libc.file_name_lookup("/tmp/mapped", 0x1);
      const self = yield* taskSelf();
      const shared = yield* mapped(reader, false);
      const region = yield* machCall.vm_region(self, { address: shared });
      const written = yield* machCall.vm_write(self, { address: shared, data: new Uint8Array(PAGE) });
      const copy = yield* mapped(reader, true);
      yield* store(copy, bytes("mine"));
      return [region.err ? [] : [region.protection, region.max_protection], written.err, text(yield* load(shared, 6)), text(yield* load(copy, 6))];
    });
    expect(got).to.deep.equal([[1, 5], 2, "page 0", "mine 0"]);
  });

  it("gives each reader a proxy of his own, who may write the memory object itself, who may neither nothing (recorded)", () => {
    const got = probed(function* (libc) {
      yield* deallocate(yield* threePages(libc));
      const kinds: string[] = [];
      for (const flags of [0x1, 0x2, 0x3, 0]) {
        const file = yield* libc.file_name_lookup("/tmp/mapped", flags);
        const [a, b] = [yield* ioCall.io_map(file, {}), yield* ioCall.io_map(file, {})];
        if (a.err || b.err) return kinds;
        const kind = (x: MachPort, y: MachPort): string => (x === MACH_PORT_NULL ? "null" : x === y ? "object" : "proxy");
        kinds.push(`${flags}: ${kind(a.memobjrd, b.memobjrd)} ${kind(a.memobjwt, b.memobjwt)}`);
      }
      return kinds;
    });
    expect(got).to.deep.equal(["1: proxy null", "2: null object", "3: object object", "0: null null"]);
  });
});
