/** A host with hand-driven threads: what waits, is woken, or dies when a test says so. */
import { BLOCKED, type IpcHost, type IpcThread, type IpcTimer, type IpcWait, type SpareWait } from "../../../mach/ipc/host.ts";
import { checkRights } from "../../../mach/ipc/invariants.ts";
import { machMsgTrap } from "../../../mach/ipc/mach-msg.ts";
import { MachMsg, MsgOption, type Item } from "../../../mach/ipc/message.ts";
import { asPort, MsgType, Right } from "../../../mach/ipc/names.ts";
import { mach_port_allocate, mach_port_insert_right } from "../../../mach/ipc/port-calls.ts";
import type { Port } from "../../../mach/ipc/port.ts";
import { Space } from "../../../mach/ipc/space.ts";
import { VmCopy } from "../../../mach/vm/copy.ts";

export class FakeThread implements IpcThread {
  spareWait: SpareWait | null = null;
  readonly space: Space;
  readonly memory = new FakeMemory();
  wait: IpcWait | null = null;
  woken: number | null = null;
  constructor(space: Space) {
    this.space = space;
  }
}

/** Address space: copies under numbers. */
class FakeMemory {
  readonly maps = new Map<number, Uint8Array>();
  private next = 0x1000;
  full = false;
  copyin(address: number, size: number): VmCopy | undefined {
    const bytes = this.maps.get(address);
    return bytes ? VmCopy.ofBytes(bytes.slice(0, size)) : undefined;
  }
  copyout(copy: VmCopy): number | undefined {
    if (this.full) return undefined;
    const address = this.next;
    this.next += 0x1000;
    this.maps.set(address, copy.bytes());
    return address;
  }
  deallocate(address: number): void {
    this.maps.delete(address);
  }
}

export class FakeHost implements IpcHost {
  readonly ids = { nextPort: 1 };
  readonly observer = null;
  readonly space = new Space();
  private readonly threads: FakeThread[] = [];
  private readonly timers: { at: number; fire: (() => void) | null }[] = [];
  private now = 0;

  block(thread: FakeThread, wait: IpcWait): typeof BLOCKED {
    thread.wait = wait;
    return BLOCKED;
  }
  wake(thread: FakeThread, code: number): void {
    thread.woken = code;
  }
  after(milliseconds: number, fire: () => void): IpcTimer {
    const timer: { at: number; fire: (() => void) | null } = { at: this.now + milliseconds, fire };
    this.timers.push(timer);
    return { cancel: () => (timer.fire = null) };
  }
  kobjectServer(): null {
    return null;
  }

  thread(space = this.space): FakeThread {
    const thread = new FakeThread(space);
    this.threads.push(thread);
    return thread;
  }
  /** The woken thread goes on. */
  run(thread: FakeThread): number {
    const { wait, woken } = thread;
    if (!wait || woken === null) return BLOCKED;
    thread.wait = null;
    thread.woken = null;
    return wait.finish(woken);
  }
  /** The thread dies, woken or not. */
  kill(thread: FakeThread): void {
    const { wait, woken } = thread;
    thread.wait = null;
    if (woken === null) wait?.abort();
    else wait?.discard();
    thread.woken = null;
  }
  pass(milliseconds: number): void {
    this.now += milliseconds;
    for (const t of this.timers) if (t.fire && t.at <= this.now) [t.fire, (t.fire = null)][0]?.();
  }

  /** A port with a send and a receive right under one name. */
  port(space = this.space): { readonly name: number; readonly port: Port } {
    const r = mach_port_allocate(this, space, Right.RECEIVE);
    const port = r.err === 0 ? space.lookup(r.value)?.port : undefined;
    if (r.err || !port) throw new Error("no port");
    mach_port_insert_right(space, r.value, port.makeSend(), MsgType.MOVE_SEND);
    return { name: r.value, port };
  }
  send(thread: FakeThread, to: number, id: number, more: Partial<MachMsg> = {}, items: readonly Item[] = []): number {
    const msg = new MachMsg();
    msg.header(asPort(to), MsgType.COPY_SEND, asPort(0), 0, id, items);
    msg.option = MsgOption.SEND;
    return machMsgTrap(this, thread, Object.assign(msg, more));
  }
  receive(thread: FakeThread, from: number, more: Partial<MachMsg> = {}): { readonly code: number; readonly msg: MachMsg } {
    const msg = new MachMsg();
    msg.option = MsgOption.RCV;
    msg.rcvName = asPort(from);
    Object.assign(msg, more);
    return { code: machMsgTrap(this, thread, msg), msg };
  }
  /** Receives without waiting; the id of what came. */
  next(from: number): number | undefined {
    const { code, msg } = this.receive(this.thread(), from, { option: MsgOption.RCV | MsgOption.RCV_TIMEOUT });
    return code === 0 ? msg.id : undefined;
  }
  check(): void {
    const inHand = this.threads.flatMap((t) => (t.wait?.inHand ? [t.wait.inHand] : []));
    const waitedAt = this.threads.flatMap((t) => (t.wait?.port ? [t.wait.port] : []));
    checkRights({ spaces: [this.space], sends: [], sendOnces: [], receives: [], waitedAt, inHand });
  }
}
