/**
 * What can be seen of a running machine: one union, emitted in one place (`Tap`), and only when somebody listens.
 * Ports, tasks and threads stand here by number; times are virtual microseconds.
 */
import { EventEmitter } from "eventemitter3";

/** A right or a datum in a message, as an observer sees it. */
export interface SeenItem {
  readonly type: number;
  readonly bits: number;
  readonly number: number;
  readonly inline: boolean;
  /** For rights: numbers of ports, 0 null, -1 dead. For data: values, or the bytes. */
  readonly data: number | string | Uint8Array | readonly number[];
}

export type KernelEvent =
  | { readonly kind: "task-created"; readonly at: number; readonly task: number; readonly parent: number | undefined; readonly name: string; readonly port: number }
  | { readonly kind: "task-named"; readonly at: number; readonly task: number; readonly name: string }
  | { readonly kind: "task-terminated"; readonly at: number; readonly task: number }
  | { readonly kind: "thread-created"; readonly at: number; readonly task: number; readonly thread: number; readonly port: number }
  | { readonly kind: "thread-terminated"; readonly at: number; readonly task: number; readonly thread: number }
  | {
      readonly kind: "message-sent";
      readonly at: number;
      /** 0: the kernel. */
      readonly task: number;
      readonly thread: number;
      readonly port: number;
      readonly reply: number;
      readonly id: number;
      readonly items: readonly SeenItem[];
    }
  | { readonly kind: "message-received"; readonly at: number; readonly task: number; readonly thread: number; readonly port: number; readonly id: number }
  | { readonly kind: "exception"; readonly at: number; readonly task: number; readonly thread: number; readonly exception: number; readonly code: number; readonly subcode: number }
  | { readonly kind: "console"; readonly at: number; readonly bytes: Uint8Array }
  | HostEvent
  | { readonly kind: "halted"; readonly at: number; readonly reason: string };

/** When the host did something, in terms that a second run can meet again. */
interface HostMoment {
  readonly at: number;
  /** Traps executed before. */
  readonly step: number;
  /** Nothing could run. */
  readonly idle: boolean;
}

/** What the host does to the machine. With the machine's description this is all that a history depends on. */
export type HostEvent =
  | ({ readonly kind: "console-input"; readonly bytes: Uint8Array } & HostMoment)
  | ({ readonly kind: "console-resized"; readonly rows: number; readonly columns: number } & HostMoment)
  /** The host lets time go on to `to`, in microseconds. */
  | ({ readonly kind: "clock-advanced"; readonly to: number } & HostMoment);

/** Where events come out. `emit` is called behind a check of `listening`, so that nothing is built for nobody. */
export class Tap {
  private readonly emitter = new EventEmitter<{ event: [KernelEvent] }>();
  private count = 0;

  get listening(): boolean {
    return this.count > 0;
  }

  /** `listener` sees every event from now on; the answer ends that. */
  listen(listener: (event: KernelEvent) => void): () => void {
    this.emitter.on("event", listener);
    this.count++;
    return () => {
      this.emitter.off("event", listener);
      this.count--;
    };
  }

  emit(event: KernelEvent): void {
    this.emitter.emit("event", event);
  }
}
