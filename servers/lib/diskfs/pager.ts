/**
 * `io_map`: a file's contents as a memory object, served with the kernel's pager protocol (libpager's part that files need).
 *
 * One memory object a file. Who may write has its port; who may only read has a proxy of it, through which the kernel maps nothing writable. The kernel keeps pages while they are mapped; when the file is changed by
 * `io_write` or `file_set_size` the pages are called back, so that the next access sees the new contents.
 */
import { copySend, MACH_PORT_NULL, makeSends, moveSend, portValid, type MachPort, type PolyRight } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { mach4Call } from "../../../mach/interfaces/mach4.ts";
import { memoryObject } from "../../../mach/interfaces/memory-object.ts";
import { asFailure, type Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { serve, type Demuxer } from "../../../mach/mig/server.ts";
import { deallocate, destroyReceive, taskSelf } from "../../../glibc-shim/rights.ts";
import { Errno } from "../../interfaces/errno.ts";
import { O_READ, O_WRITE, PAGE_SIZE, VM_PROT_EXECUTE, VM_PROT_READ } from "../../interfaces/hurd-types.ts";
import { S_ISLNK, S_ISREG } from "../../interfaces/stat.ts";
import { PortClass, type PortInfo } from "../ports.ts";
import { Mutex } from "../sync.ts";
import type { Diskfs } from "./filesystem.ts";
import type { Node } from "./node.ts";
import type { Protid } from "./peropen.ts";

const MEMORY_OBJECT_COPY_DELAY = 2;
const MEMORY_OBJECT_RETURN_DIRTY = 1;
const VM_PROT_NO_CHANGE = 8;
/** All of a memory object. */
const WHOLE = 0xffffffff;

type Mapped = { readonly err: 0; readonly memobjrd: PolyRight; readonly memobjwt: PolyRight } | { readonly err: Failure };

/** A mapped file. */
interface Mapping {
  readonly node: Node;
  /** Somebody has had the memory object itself, and may write through it. */
  writable: boolean;
  /** The kernel's control port; null while it holds no pages. */
  control: MachPort;
  /** Control ports that have been made ready, and those whose end came to one thread before their beginning came to another. */
  readonly begun: Set<MachPort>;
  readonly ended: Set<MachPort>;
}

export class PagerPorts {
  private readonly fs: Diskfs;
  private readonly pagers = new Map<Node, PortInfo<Mapping>>();
  private readonly cls: PortClass<Mapping>;
  private readonly making = new Mutex();
  constructor(fs: Diskfs) {
    this.fs = fs;
    this.cls = new PortClass<Mapping>("pager", (port) => this.dropped(port.object));
  }

  /** True while the kernel holds pages of some file: goaway without force is refused. */
  get busy(): boolean {
    return [...this.pagers.values()].some((port) => port.object.control !== MACH_PORT_NULL);
  }

  /** True while somebody may write to a file through its memory object: the filesystem cannot become read-only. */
  get writable(): boolean {
    return [...this.pagers.values()].some((port) => port.object.writable);
  }

  /** Memory objects by what the open may do; an open for neither gets two nulls (recorded). */
  *map({ po, node }: Protid): Syscall<Mapped> {
    if (!S_ISREG(node.st.mode) && !S_ISLNK(node.st.mode)) return { err: Errno.EOPNOTSUPP };
    const none = copySend(MACH_PORT_NULL);
    const memobjwt = po.openstat & O_WRITE ? yield* this.right(node, true) : none;
    if (!(po.openstat & O_READ)) return { err: 0, memobjrd: none, memobjwt };
    const writable = (po.openstat & O_WRITE) !== 0 || this.fs.libc.holes.has("2021-43413");
    if (writable) return { err: 0, memobjrd: yield* this.right(node, true), memobjwt };
    const proxy = yield* this.readOnly(node);
    return proxy.err ? proxy : { err: 0, memobjrd: moveSend(proxy.proxy), memobjwt };
  }

  /** `pager_create_ro_port`: a new proxy each time. Before CVE-2021-43413 was fixed readers got the memory object itself. */
  private *readOnly(node: Node): ReturnType<typeof mach4Call.memory_object_create_proxy> {
    const { name } = yield* this.right(node, false);
    return yield* mach4Call.memory_object_create_proxy(yield* taskSelf(), {
      max_protection: VM_PROT_READ | VM_PROT_EXECUTE, object: makeSends([name]), offset: [0], start: [0], len: [WHOLE],
    });
  }

  /** A memory object that is just being given up is none any more: its place is taken by a new one. One request makes it, others wait. */
  private right(node: Node, writable: boolean): Syscall<PolyRight> {
    return this.making.with(() => this.rightOf(node, writable));
  }

  private *rightOf(node: Node, writable: boolean): Syscall<PolyRight> {
    let port = this.pagers.get(node);
    if (port === undefined || !portValid(port.name)) {
      node.opens++;
      port = yield* this.fs.bucket.create(this.cls, { node, writable: false, control: MACH_PORT_NULL, begun: new Set(), ended: new Set() });
      this.pagers.set(node, port);
    }
    if (writable) port.object.writable = true;
    return yield* this.fs.bucket.getRight(port);
  }

  /** The kernel and all clients gave the memory object up. */
  private *dropped(mapping: Mapping): Syscall<void> {
    const { node } = mapping;
    if (this.pagers.get(node)?.object === mapping) this.pagers.delete(node);
    node.opens--;
    yield* this.fs.released(node);
  }

  /** The file's bytes changed otherwise than through the memory object: the kernel must forget its pages. */
  *changed(node: Node): Syscall<void> {
    const mapping = this.pagers.get(node)?.object;
    if (mapping === undefined || !portValid(mapping.control)) return;
    yield* machCall.memory_object_lock_request(mapping.control, {
      offset: 0,
      size: (Math.max(node.st.size, PAGE_SIZE) + PAGE_SIZE - 1) & -PAGE_SIZE,
      should_return: MEMORY_OBJECT_RETURN_DIRTY,
      should_flush: true,
      lock_value: VM_PROT_NO_CHANGE,
      reply_to: copySend(MACH_PORT_NULL),
    });
  }

  /**
   * What the kernel asks of a pager. Threads may take its messages in another order than they came in: each control port is dealt with by itself, so that the
   * end of one mapping cannot take the next one's ports.
   */
  demuxer(): Demuxer {
    const { fs } = this;
    return serve(memoryObject, (request) => fs.bucket.lookup(this.cls, request.localPort)?.object, {
      *memory_object_init(self, { memory_control, memory_object_name }) {
        if (self.ended.delete(memory_control)) {
          yield* giveUp(memory_control, memory_object_name);
          return { err: 0 };
        }
        self.begun.add(memory_control);
        self.control = memory_control;
        yield* machCall.memory_object_ready(memory_control, { may_cache: false, copy_strategy: MEMORY_OBJECT_COPY_DELAY });
        return { err: 0 };
      },
      *memory_object_data_request({ node }, { memory_control, offset, length }) {
        yield* supply(fs, node, memory_control, offset, length);
        yield* deallocate(memory_control);
        return { err: 0 };
      },
      *memory_object_data_return({ node }, { memory_control, offset, data }) {
        const keep = Math.max(0, Math.min(data.length, node.st.size - offset));
        // what was written in memory only when the system ended is lost: the disk is called clean already
        if (keep > 0 && !fs.settings.readonly) yield* fs.lock.with(() => node.write(offset, data.subarray(0, keep)));
        yield* deallocate(memory_control);
        return { err: 0 };
      },
      *memory_object_data_unlock(_self, { memory_control, offset, length }) {
        yield* machCall.memory_object_lock_request(memory_control, {
          offset, size: length, should_return: 0, should_flush: false, lock_value: 0, reply_to: copySend(MACH_PORT_NULL),
        });
        yield* deallocate(memory_control);
        return { err: 0 };
      },
      *memory_object_terminate(self, { memory_control, memory_object_name }) {
        if (!self.begun.delete(memory_control)) {
          self.ended.add(memory_control);
          return { err: 0 };
        }
        if (self.control === memory_control) self.control = MACH_PORT_NULL;
        yield* giveUp(memory_control, memory_object_name);
        return { err: 0 };
      },
    });
  }
}

/** The end of a mapping: the send rights of its beginning and the receive rights of its end, which have the same names. */
function* giveUp(control: MachPort, name: MachPort): Syscall<void> {
  for (const port of [control, name]) {
    yield* deallocate(port);
    yield* destroyReceive(port);
  }
}

/** Gives the kernel the pages from `offset`, padded with zeros; past the end there is nothing. */
function* supply(fs: Diskfs, node: Node, control: MachPort, offset: number, length: number): Syscall<void> {
  const got = yield* fs.lock.with(() => node.read(offset, length));
  const end = (node.st.size + PAGE_SIZE - 1) & -PAGE_SIZE;
  if (got.err || offset >= end) {
    yield* machCall.memory_object_data_error(control, { offset, size: length, error_value: got.err ? asFailure(got.err) : Errno.EIO });
    return;
  }
  const data = new Uint8Array(length);
  data.set(got.value);
  yield* machCall.memory_object_data_supply(control, { offset, data, lock_value: 0, precious: false, reply_to: moveSend(MACH_PORT_NULL) });
}
