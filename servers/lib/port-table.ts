/**
 * The ports of a server and the objects behind them: how long an object lives, and what the kernel says of senders and dead names (libports).
 */
import { MACH_PORT_NULL, makeSend, makeSendOnce, portValid, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import type { KernReturn } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { allocateReceive, deallocate, destroyReceive, insertSend, taskSelf } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { NotifyId } from "./notifications.ts";
import { PortInfo, type AnyPort, type PortClass } from "./port-info.ts";
import { Mutex } from "./sync.ts";

/** What to do when a name that we watch dies. */
export type DeadNameHook = () => Syscall<void>;

export abstract class PortTable {
  /** All our ports that are served are members of this set. */
  readonly portSet: MachPort;
  /** Where the kernel announces dead names: nobody else has a right to it. */
  private readonly notifyPort: MachPort;
  /** CVE-2021-43412: a notification is believed whoever sent it (cves.md §2). */
  private readonly credulous: boolean;
  protected readonly ports = new Map<MachPort, AnyPort>();
  private readonly deadNames = new Map<MachPort, Set<DeadNameHook>>();

  protected constructor(portSet: MachPort, notifyPort: MachPort, credulous: boolean) {
    this.portSet = portSet;
    this.notifyPort = notifyPort;
    this.credulous = credulous;
  }

  /** Cancels what is being served on `port`. */
  abstract interruptRpcs(port: PortInfo<unknown>): Syscall<void>;

  // ---- ports and objects

  /** A new receive right in the set, without a send right yet. */
  *create<T>(cls: PortClass<T>, object: T): Syscall<PortInfo<T>> {
    const port = yield* this.createOutside(cls, object);
    yield* this.addToSet(port.name);
    return port;
  }

  /** As `create`, but requests wait in the queue until `serve` (`ports_create_port_noinstall`). */
  *createOutside<T>(cls: PortClass<T>, object: T): Syscall<PortInfo<T>> {
    return this.enter(new PortInfo(cls, object, yield* allocateReceive(), 0));
  }

  /** Takes over a receive right that has been used before; its send rights count (`ports_import_port`). */
  *import<T>(cls: PortClass<T>, receive: MachPort, object: T): Syscall<PortInfo<T>> {
    const { mscount, srights } = yield* this.status(receive);
    const port = this.enter(new PortInfo(cls, object, receive, mscount));
    if (srights > 0) yield* this.expectNoSenders(port);
    yield* this.addToSet(receive);
    return port;
  }

  /** Lets requests on a port of `createOutside` be served. */
  *serve(port: PortInfo<unknown>): Syscall<void> {
    yield* this.addToSet(port.name);
  }

  /** The port of one of these classes whose receive right is `name`. */
  lookup<T>(cls: PortClass<T> | readonly PortClass<T>[], name: MachPort): PortInfo<T> | undefined {
    const port = this.ports.get(name);
    if (port === undefined) return undefined;
    const fits = Array.isArray(cls) ? (cls as readonly unknown[]).includes(port.class) : port.class === cls;
    return fits ? (port as PortInfo<T>) : undefined;
  }

  /** The ports of a class, as they are now. */
  all<T>(cls: PortClass<T>): readonly PortInfo<T>[] {
    return [...this.ports.values()].filter((port) => port.class === cls) as PortInfo<T>[];
  }

  /** How many ports there are. */
  get count(): number {
    return this.ports.size;
  }

  /** The right for a message to carry, MAKE_SEND. It counts as handed out: send it (`ports_get_right`). Null after `destroyRight`. */
  *getRight(port: PortInfo<unknown>): Syscall<PolyRight> {
    port.mscount++;
    if (!port.hasSendRights && portValid(port.name)) yield* this.expectNoSenders(port);
    return makeSend(port.name);
  }

  /** A send right of our own (`ports_get_send_right`). Give it back with mach_port_deallocate. */
  *getSendRight(port: PortInfo<unknown>): Syscall<MachPort> {
    yield* this.getRight(port);
    yield* insertSend(port.name);
    return port.name;
  }

  /** Keeps the object while somebody outside the requests uses it; balance with `release`. */
  hold(port: PortInfo<unknown>): void {
    port.refs++;
  }

  *release(port: PortInfo<unknown>): Syscall<void> {
    port.refs--;
    yield* this.settle(port as AnyPort);
  }

  /** Ends the receive right: send rights become dead names, queued requests are destroyed. The object goes when its last request is done. */
  *destroyRight(port: PortInfo<unknown>): Syscall<void> {
    const { name } = port;
    if (!portValid(name)) return;
    this.ports.delete(name);
    port.name = MACH_PORT_NULL;
    port.hasSendRights = false;
    yield* destroyReceive(name);
    yield* this.settle(port as AnyPort);
  }

  /** `to` takes over the receive right of `from`, with its senders; `to`'s own is destroyed (`ports_transfer_right`). */
  *transferRight(to: PortInfo<unknown>, from: PortInfo<unknown>): Syscall<void> {
    const { name, mscount, hasSendRights } = from;
    this.ports.delete(name);
    from.name = MACH_PORT_NULL;
    from.hasSendRights = false;
    yield* this.replaceRight(to, name, mscount, hasSendRights);
    yield* this.settle(from as AnyPort);
  }

  /** `port` gets the foreign receive right in place of its own, which is destroyed (`ports_reallocate_from_external`). */
  *reallocate(port: PortInfo<unknown>, receive: MachPort): Syscall<void> {
    const { mscount, srights } = yield* this.status(receive);
    yield* this.replaceRight(port, receive, mscount, false);
    if (srights > 0) yield* this.expectNoSenders(port);
    yield* this.addToSet(receive);
  }

  private *replaceRight(port: PortInfo<unknown>, receive: MachPort, mscount: number, hasSendRights: boolean): Syscall<void> {
    const old = port.name;
    this.ports.delete(old);
    port.name = receive;
    port.mscount = mscount;
    port.hasSendRights = hasSendRights;
    this.ports.set(receive, port as AnyPort);
    yield* destroyReceive(old);
  }

  private enter<T>(port: PortInfo<T>): PortInfo<T> {
    port.class.count++;
    this.ports.set(port.name, port as AnyPort);
    return port;
  }

  protected *addToSet(member: MachPort): Syscall<void> {
    yield* machPortCall.mach_port_move_member(yield* taskSelf(), { member, after: this.portSet });
  }

  /** Gives up an object that nothing keeps. */
  protected *settle(port: AnyPort): Syscall<void> {
    if (!port.idle || port.finished) return;
    port.finished = true;
    port.class.count--;
    const { name } = port;
    if (portValid(name)) {
      this.ports.delete(name);
      port.name = MACH_PORT_NULL;
      yield* destroyReceive(name);
    }
    if (port.class.clean !== undefined) yield* port.class.clean(port);
  }

  // ---- no senders

  private *status(name: MachPort): Syscall<{ readonly mscount: number; readonly srights: number }> {
    const got = yield* machPortCall.mach_port_get_receive_status(yield* taskSelf(), { name });
    return got.err ? { mscount: 0, srights: 0 } : { mscount: got.status[2] ?? 0, srights: got.status[6] ?? 0 };
  }

  /** Orders the notification for when all rights made so far are gone. */
  private *expectNoSenders(port: PortInfo<unknown>): Syscall<void> {
    const { name, mscount } = port;
    port.hasSendRights = true;
    yield* this.requestNotification(name, NotifyId.NO_SENDERS, mscount, makeSendOnce(name));
  }

  /** The port is said to have no senders, `told` of its rights having been made. EAGAIN when that is not true now. */
  *noSenders(name: MachPort, told: number): Syscall<KernReturn> {
    const port = this.ports.get(name);
    if (port === undefined) return Errno.EOPNOTSUPP;
    if (!port.hasSendRights) return Errno.EAGAIN;
    const { mscount, srights } = this.credulous ? { mscount: told, srights: 0 } : yield* this.status(name);
    if (port.name !== name || !port.hasSendRights) return Errno.EAGAIN;
    if (srights > 0 || mscount < port.mscount) {
      yield* this.expectNoSenders(port);
      return Errno.EAGAIN;
    }
    port.hasSendRights = false;
    yield* this.interruptRpcs(port);
    yield* this.settle(port);
    return 0;
  }

  // ---- dead names

  /** Runs `hook` once when `name` dies; at once when it is dead. Several may watch one name: the last to come is told first. */
  requestDeadName(name: MachPort, hook: DeadNameHook): Syscall<KernReturn> {
    return this.asking.with(() => this.watch(name, hook));
  }

  /** One request to the kernel at a time: the end of one watch must not come behind the beginning of the next. */
  private readonly asking = new Mutex();

  private *watch(name: MachPort, hook: DeadNameHook): Syscall<KernReturn> {
    const hooks = this.deadNames.get(name);
    if (hooks !== undefined) {
      hooks.add(hook);
      return 0;
    }
    this.deadNames.set(name, new Set([hook]));
    const code = yield* this.requestNotification(name, NotifyId.DEAD_NAME, 1, makeSendOnce(this.notifyPort));
    if (code !== 0) this.deadNames.delete(name);
    return code;
  }

  /** `hook` no longer watches `name`. */
  cancelDeadName(name: MachPort, hook: DeadNameHook): Syscall<void> {
    return this.asking.with(() => this.unwatch(name, hook));
  }

  private *unwatch(name: MachPort, hook: DeadNameHook): Syscall<void> {
    const hooks = this.deadNames.get(name);
    if (hooks === undefined || !hooks.delete(hook) || hooks.size > 0) return;
    this.deadNames.delete(name);
    yield* this.requestNotification(name, NotifyId.DEAD_NAME, 0, makeSendOnce(MACH_PORT_NULL));
  }

  /** A dead-name notification that came to `name`; `dead` is the name in it. EOPNOTSUPP: forged. The reference that it brought goes back. */
  *deadName(at: MachPort, dead: MachPort): Syscall<KernReturn> {
    if (at !== this.notifyPort && !this.credulous) return Errno.EOPNOTSUPP;
    const hooks = this.deadNames.get(dead);
    this.deadNames.delete(dead);
    if (hooks !== undefined) for (const hook of [...hooks].reverse()) yield* hook();
    yield* deallocate(dead);
    return 0;
  }

  private *requestNotification(name: MachPort, id: number, sync: number, notify: PolyRight): Syscall<KernReturn> {
    const asked = yield* machPortCall.mach_port_request_notification(yield* taskSelf(), { name, id, sync, notify });
    if (asked.err) return asked.err;
    yield* deallocate(asked.previous);
    return 0;
  }
}
