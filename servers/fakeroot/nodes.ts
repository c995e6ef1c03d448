/** The nodes of a fakeroot (trans/fakeroot.c): each stands for a node underneath, by the identity port of that, and keeps what is only pretended about it. */
import type { MachPort } from "../../mach/ipc/names.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { fsCall, ioCall } from "../../glibc-shim/stubs.ts";
import { Errno } from "../interfaces/errno.ts";
import { FS_RETRY_NORMAL } from "../interfaces/hurd-types.ts";
import { decodeStat, S_IFMT, type StatFields } from "../interfaces/stat.ts";

/** What is told in place of the truth. */
export interface Faked {
  uid?: number;
  gid?: number;
  author?: number;
  /** Without the type. */
  mode?: number;
}

export class FakeNode {
  /** Our reference on the identity port. */
  readonly idport: MachPort;
  /** The node underneath, open for `openmodes`; a reference of ours. */
  file: MachPort;
  openmodes: number;
  readonly faked: Faked;
  /** Somebody has changed what is pretended: the node is remembered for ever. */
  kept = false;
  /** How many ports there are on it. */
  ports = 0;

  constructor(idport: MachPort, file: MachPort, openmodes: number, faked: Faked) {
    this.idport = idport;
    this.file = file;
    this.openmodes = openmodes;
    this.faked = faked;
  }

  /** Pretends `what` from now on. */
  pretend(what: Faked): void {
    Object.assign(this.faked, what);
    this.kept = true;
  }

  *stat(): Syscall<Result<StatFields>> {
    const got = yield* ioCall.io_stat(this.file, {});
    if (got.err) return got;
    const st = decodeStat(got.stat_info);
    const { uid = st.uid, gid = st.gid, author = st.author, mode = st.mode } = this.faked;
    return { err: 0, value: { ...st, uid, gid, author, mode: (st.mode & S_IFMT) | (mode & ~S_IFMT) } };
  }

  /** Makes sure that the node underneath is open for `modes` too. `file` (consumed), if given, is; else it is opened again. */
  *openFor(modes: number, file?: MachPort): Syscall<0 | Failure> {
    if ((modes & ~this.openmodes) === 0 || (file !== undefined && (this.openmodes & ~modes) !== 0)) {
      if (file !== undefined) yield* deallocate(file);
      if ((modes & ~this.openmodes) === 0) return 0;
      return yield* this.reopen(this.openmodes | modes);
    }
    if (file === undefined) return yield* this.reopen(this.openmodes | modes);
    yield* this.replace(file, modes);
    return 0;
  }

  private *reopen(modes: number): Syscall<0 | Failure> {
    const got = yield* fsCall.dir_lookup(this.file, { file_name: "", flags: modes, mode: 0 });
    if (got.err) return got.err;
    if (got.do_retry !== FS_RETRY_NORMAL || got.retry_name !== "") {
      yield* deallocate(got.result);
      return Errno.EGRATUITOUS;
    }
    yield* this.replace(got.result, modes);
    return 0;
  }

  private *replace(file: MachPort, modes: number): Syscall<void> {
    const old = this.file;
    this.file = file;
    this.openmodes = modes;
    yield* deallocate(old);
  }
}

export class FakeNodes {
  private readonly byIdentity = new Map<MachPort, FakeNode>();

  /** The node for `file` (consumed), open for `openmodes`, counted for the port that the caller makes on it; a new one has the attributes `fresh`. */
  *of(file: MachPort, openmodes: number, fresh: Faked): Syscall<Result<FakeNode>> {
    const got = yield* ioCall.io_identity(file, {});
    if (got.err) {
      yield* deallocate(file);
      return got;
    }
    yield* deallocate(got.fsidport);
    const known = this.byIdentity.get(got.idport);
    if (known === undefined) {
      const node = new FakeNode(got.idport, file, openmodes, { ...fresh });
      node.ports++;
      this.byIdentity.set(node.idport, node);
      return { err: 0, value: node };
    }
    // Counted at once: its last other port may go while we wait.
    known.ports++;
    yield* deallocate(got.idport);
    const err = yield* known.openFor(openmodes, file);
    if (!err) return { err: 0, value: known };
    yield* this.release(known);
    return { err };
  }

  /** A port on `node` is gone. */
  *release(node: FakeNode): Syscall<void> {
    if (--node.ports > 0 || node.kept) return;
    this.byIdentity.delete(node.idport);
    yield* deallocate(node.idport);
    yield* deallocate(node.file);
  }
}
