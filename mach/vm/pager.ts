/**
 * Memory objects of user pagers (`memory_object.defs`): the kernel asks for pages, keeps them while they are mapped, and gives changed ones back.
 *
 * The kernel knows one object for each memory object port, with a control port (requests of the pager) and a name port. It holds a send right on the memory object
 * from `memory_object_init` to `memory_object_terminate`. Invariant: each page that somebody waits for has been asked for, or will be when the pager says that it is ready.
 */
import type { KObject } from "../ipc/host.ts";
import { isPort, type Kmsg, type PortRef } from "../ipc/kmsg.ts";
import type { Port } from "../ipc/port.ts";
import { memoryObject } from "../interfaces/memory-object.ts";
import { closePort, objectPort, releasePort, type PortOwner } from "../kern/kernel-ports.ts";
import { kernelReply, kernelRequest, Rights } from "../kern/kernel-send.ts";
import { Kern, type KernReturn } from "../kern/kern-return.ts";
import { VmObject, type PageSource } from "./object.ts";
import { PAGE_SIZE, pageOf, pageWith, Prot } from "./page.ts";

const { routines } = memoryObject;
/** `lock_value` that changes nothing (`VM_PROT_NO_CHANGE`). */
const NO_CHANGE = 8;
/** `should_return` of `memory_object_lock_request`. */
const Return = { NONE: 0, DIRTY: 1, ALL: 2 } as const;

interface Waiting {
  readonly access: number;
  done(code: KernReturn): void;
}

/** Where the pager's objects are kept, by memory object port. */
export class Pagers {
  private readonly objects = new Map<Port, Pager>();
  readonly owner: PortOwner;
  readonly send: (message: Kmsg) => void;

  constructor(owner: PortOwner, send: (message: Kmsg) => void) {
    this.owner = owner;
    this.send = send;
  }

  /** Every pager that the kernel knows. */
  get all(): readonly Pager[] {
    return [...this.objects.values()];
  }

  /** The kernel's object for a memory object port; on first use the pager is told (`memory_object_init`). */
  objectFor(port: Port): VmObject {
    let pager = this.objects.get(port);
    if (pager === undefined) {
      pager = new Pager(this, port);
      this.objects.set(port, pager);
      pager.init();
    }
    return pager.object;
  }

  forget(port: Port): void {
    this.objects.delete(port);
  }
}

/** One memory object. It is the kernel object behind its control port. */
export class Pager implements PageSource, KObject {
  readonly kind = "memory-control";
  readonly object = new VmObject();
  readonly control: Port;
  readonly namePort: Port;
  ready = false;
  mayCache = false;
  copyStrategy = 0;
  private readonly pagers: Pagers;
  /** A send right. */
  readonly port: Port;
  /** Waiting accesses by page; a page with an entry has been asked for once the pager is ready. */
  private readonly waiting = new Map<number, Waiting[]>();
  private alive = true;

  constructor(pagers: Pagers, port: Port) {
    this.pagers = pagers;
    this.port = port.copySend();
    this.control = objectPort(pagers.owner, this);
    this.namePort = objectPort(pagers.owner, { kind: "memory-name" });
    this.object.source = this;
    this.object.refs = 0;
  }

  /** First message, and watching over the pager's life. */
  init(): void {
    const died = (): void => this.died();
    this.port.onDeath = died;
    const rights = new Rights();
    const args = {
      memory_control: rights.give(this.control.makeSend()),
      memory_object_name: rights.give(this.namePort.makeSend()),
      memory_object_page_size: PAGE_SIZE,
    };
    this.pagers.send(kernelRequest(routines.memory_object_init, this.port, rights, args));
  }

  private controlRight(rights: Rights): ReturnType<Rights["give"]> {
    return rights.give(this.control.makeSend());
  }

  // ---- the kernel needs a page (PageSource)

  request(_object: VmObject, page: number, access: number, done: (code: KernReturn) => void): void {
    if (!this.alive || this.port.dead) return done(Kern.MEMORY_ERROR);
    const waiters = this.waiting.get(page);
    if (waiters !== undefined) return void waiters.push({ access, done });
    this.waiting.set(page, [{ access, done }]);
    if (this.ready) this.ask(page, access);
  }

  private ask(page: number, access: number): void {
    const routine = this.object.resident(page) !== undefined ? routines.memory_object_data_unlock : routines.memory_object_data_request;
    const rights = new Rights();
    const args = { memory_control: this.controlRight(rights), offset: page * PAGE_SIZE, length: PAGE_SIZE, desired_access: access };
    this.pagers.send(kernelRequest(routine, this.port, rights, args));
  }

  private answered(page: number, code: KernReturn): void {
    const waiters = this.waiting.get(page) ?? [];
    this.waiting.delete(page);
    for (const waiter of waiters) waiter.done(code);
  }

  /** Nobody maps it: changed pages go back and the pager gets the control port, unless the object may be cached. */
  unreferenced(): void {
    if (!this.mayCache || !this.alive) this.terminate();
  }

  private terminate(): void {
    const wasAlive = this.alive && !this.port.dead;
    if (wasAlive) this.giveBack(0, Infinity, Return.DIRTY, true);
    this.alive = false;
    this.pagers.forget(this.port);
    this.object.source = null;
    this.object.clear();
    this.port.onDeath = null;
    const { owner } = this.pagers;
    if (wasAlive) this.sendTerminate();
    else [this.control, this.namePort].forEach((port) => closePort(owner, port));
    this.port.releaseSend();
  }

  private sendTerminate(): void {
    const rights = new Rights();
    const moved = (port: Port): ReturnType<Rights["give"]> => rights.give(releasePort(this.pagers.owner, port, this.port));
    const args = { memory_control: moved(this.control), memory_object_name: moved(this.namePort) };
    this.pagers.send(kernelRequest(routines.memory_object_terminate, this.port, rights, args));
  }

  /** The memory object port has died: what is resident stays, the rest is lost. */
  private died(): void {
    this.alive = false;
    for (const page of [...this.waiting.keys()]) this.answered(page, Kern.MEMORY_ERROR);
    // who waited may have died of the answer, and its mapping, the last one, with it: then it is over already
    if (this.object.refs === 0 && this.object.source === this) this.terminate();
  }

  // ---- the pager speaks (memory_control)

  /** `memory_object_ready`. */
  setReady(mayCache: boolean, copyStrategy: number): void {
    this.mayCache = mayCache;
    this.copyStrategy = copyStrategy;
    if (this.ready) return;
    this.ready = true;
    for (const [page, waiters] of this.waiting) this.ask(page, waiters[0]?.access ?? Prot.READ);
  }

  /** `memory_object_change_attributes`. */
  changeAttributes(mayCache: boolean, copyStrategy: number): void {
    this.mayCache = mayCache;
    this.copyStrategy = copyStrategy;
    if (!mayCache && this.object.refs === 0) this.terminate();
  }

  /** `memory_object_data_supply`: pages that are not wanted any more are taken all the same; resident ones stay. */
  supply(offset: number, data: Uint8Array, lock: number): void {
    for (let at = 0; at < data.length; at += PAGE_SIZE) {
      const page = pageOf(offset + at);
      if (this.object.resident(page) === undefined) {
        const fresh = pageWith(data.subarray(at, at + PAGE_SIZE));
        fresh.lock = lock;
        this.object.put(page, fresh);
      }
      this.answered(page, Kern.SUCCESS);
    }
  }

  /** `memory_object_data_unavailable` (zeros) and `memory_object_data_error`. */
  unavailable(offset: number, size: number, code: KernReturn): void {
    for (let page = pageOf(offset); page < pageOf(offset + size + PAGE_SIZE - 1); page++) {
      if (code === Kern.SUCCESS && this.object.resident(page) === undefined) this.object.put(page, pageWith(new Uint8Array(0)));
      this.answered(page, code);
    }
  }

  /** `memory_object_lock_request`: gives back, flushes, and sets what is forbidden from now on. */
  lockRequest(offset: number, size: number, shouldReturn: number, flush: boolean, lock: number): void {
    this.giveBack(offset, size, shouldReturn, flush);
    const [first, end] = [pageOf(offset), pageOf(offset + size + PAGE_SIZE - 1)];
    for (const number of [...this.object.residents()]) {
      const page = this.object.resident(number);
      if (page === undefined || number < first || number >= end) continue;
      if (flush) this.object.drop(number);
      else if (lock !== NO_CHANGE) page.lock = lock;
      if (flush || !(this.waiting.get(number) ?? []).some((w) => (w.access & page.lock) !== 0)) this.unlocked(number);
    }
  }

  private unlocked(page: number): void {
    if (this.object.resident(page) !== undefined) this.answered(page, Kern.SUCCESS);
  }

  /** `memory_object_destroy`: pages are lost, and accesses fail from now on. */
  destroy(): void {
    this.object.clear();
    this.died();
  }

  /** Sends pages back (`memory_object_data_return`), one message for each run of pages. */
  private giveBack(offset: number, size: number, which: number, flush: boolean): void {
    if (which === Return.NONE) return;
    const end = pageOf(offset + size + PAGE_SIZE - 1);
    const numbers = [...this.object.residents()].filter((n) => n >= pageOf(offset) && n < end).sort((a, b) => a - b);
    let run: number[] = [];
    for (const n of numbers) {
      const page = this.object.resident(n);
      if (page === undefined || (which === Return.DIRTY && !page.dirty)) continue;
      if (run.length > 0 && run[run.length - 1] !== n - 1) run = this.returnRun(run, flush);
      run.push(n);
    }
    this.returnRun(run, flush);
  }

  private returnRun(run: readonly number[], flush: boolean): number[] {
    const [first] = run;
    if (first === undefined) return [];
    const data = new Uint8Array(run.length * PAGE_SIZE);
    let dirty = false;
    for (const [i, n] of run.entries()) {
      const page = this.object.resident(n);
      if (page === undefined) continue;
      data.set(page.bytes, i * PAGE_SIZE);
      dirty ||= page.dirty;
      page.dirty = false;
    }
    const rights = new Rights();
    const args = { memory_control: this.controlRight(rights), offset: first * PAGE_SIZE, data, dirty, kernel_copy: !flush };
    this.pagers.send(kernelRequest(routines.memory_object_data_return, this.port, rights, args));
    return [];
  }

  /** `memory_object_lock_completed`, on the right that the pager gave for it; so the next two. Each takes that right. */
  lockCompleted(replyTo: PortRef, type: number, offset: number, size: number): void {
    if (!isPort(replyTo)) return;
    const rights = new Rights();
    const args = { memory_control: this.controlRight(rights), offset, length: size };
    this.pagers.send(kernelReply(routines.memory_object_lock_completed, replyTo, type, rights, args));
  }

  /** `memory_object_supply_completed`. */
  supplyCompleted(replyTo: PortRef, type: number, offset: number, size: number): void {
    if (!isPort(replyTo)) return;
    const rights = new Rights();
    const args = { memory_control: this.controlRight(rights), offset, length: size, result: 0, error_offset: 0 };
    this.pagers.send(kernelReply(routines.memory_object_supply_completed, replyTo, type, rights, args));
  }

  /** `memory_object_change_completed`. */
  changeCompleted(replyTo: PortRef, type: number): void {
    if (!isPort(replyTo)) return;
    const args = { may_cache: this.mayCache, copy_strategy: this.copyStrategy };
    this.pagers.send(kernelReply(routines.memory_object_change_completed, replyTo, type, new Rights(), args));
  }
}

/** Part of a memory object with less access (`memory_object_create_proxy`): what may be mapped of it, and how. */
export interface Proxy extends KObject {
  readonly kind: "memory-proxy";
  readonly object: Port;
  readonly offset: number;
  readonly length: number;
  readonly maxProtection: number;
}
