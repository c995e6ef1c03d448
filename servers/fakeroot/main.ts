/**
 * /hurd/fakeroot: the directory underneath once more, as root would see it: everything can be opened that the translator's owner could make openable, chown and chmod
 * succeed, and what they did is shown (trans/fakeroot.c). It ends with its last client.
 */
import type { MachMsg } from "../../mach/ipc/message.ts";
import { firstOf, serve } from "../../mach/mig/server.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Main } from "../../glibc-shim/libc.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { fsys } from "../interfaces/fsys.ts";
import { FS_RETRY_NORMAL, FSYS_GOAWAY_FORCE, O_EXEC, O_RDWR, O_READ } from "../interfaces/hurd-types.ts";
import { announce } from "../lib/control-handshake.ts";
import { Bucket, PortClass } from "../lib/ports.ts";
import { FakeFiles } from "./files.ts";
import { FakeNodes } from "./nodes.ts";

const NO_ROOT_NODE = 5;

export const main: Main = function* (libc) {
  const bucket = yield* Bucket.create(libc);
  const nodes = new FakeNodes();
  const controls = new PortClass<undefined>("control", () => idle());
  const files = new FakeFiles(libc, bucket, nodes, () => idle());
  function* idle(): Syscall<void> {
    if (controls.count === 0 && files.ports.count === 0) yield* libc.exit(0);
  }
  const control = yield* bucket.create(controls, undefined);
  const under = yield* announce(libc, bucket, control, O_READ);
  const root = under.err ? under : yield* nodes.of(under.value, O_READ, {});
  if (root.err) {
    yield* libc.warn("Cannot create root node", undefined);
    return NO_ROOT_NODE;
  }
  root.value.kept = true;
  const fsysDemuxer = serve(fsys, (request: MachMsg) => bucket.lookup(controls, request.localPort), {
    *fsys_getroot(_control, { dotdot_node, flags }) {
      const err = yield* root.value.openFor(flags & (O_RDWR | O_EXEC));
      if (err) return { err };
      yield* deallocate(dotdot_node);
      return { err: 0, do_retry: FS_RETRY_NORMAL, retry_name: "", file: yield* files.openAgain(root.value, flags) };
    },
    *fsys_goaway(_control, { flags }) {
      if (files.ports.count > 0 && (flags & FSYS_GOAWAY_FORCE) === 0) return { err: Errno.EBUSY };
      return yield* libc.exit(0);
    },
    *fsys_syncfs() {
      return { err: 0 };
    },
  });
  yield* bucket.serveMultithread(firstOf(fsysDemuxer, ...files.demuxers()));
  return 0;
};
