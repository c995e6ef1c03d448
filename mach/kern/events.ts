/**
 * What can be seen of a running machine: one union, emitted in one place (`Tap`), and only when somebody listens.
 * Ports, tasks and threads stand here by number; times are virtual microseconds.
 */
import { EventEmitter } from "eventemitter3";
import type { ChoiceKind } from "./scheduler.ts";

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
      /** Traps made, with the one that sends. */
      readonly step: number;
      /** 0: the kernel. */
      readonly task: number;
      readonly thread: number;
      readonly port: number;
      readonly reply: number;
      readonly id: number;
      readonly items: readonly SeenItem[];
    }
  | { readonly kind: "message-received"; readonly at: number; readonly step: number; readonly task: number; readonly thread: number; readonly port: number; readonly id: number }
  | { readonly kind: "exception"; readonly at: number; readonly task: number; readonly thread: number; readonly exception: number; readonly code: number; readonly subcode: number }
  /** A thread touched memory that is not there: code 0 when its page is being fetched, else the error. */
  | { readonly kind: "fault"; readonly at: number; readonly step: number; readonly task: number; readonly thread: number; readonly address: number; readonly code: number }
  | { readonly kind: "console"; readonly at: number; readonly bytes: Uint8Array }
  | HostEvent
  | RightEvent
  | ScheduleEvent
  | { readonly kind: "halted"; readonly at: number; readonly reason: string };

/** Names made, changed and dropped. */
export type RightEvent =
  /** What `name` stands for from now on in that task. */
  | {
      readonly kind: "right";
      readonly at: number;
      readonly step: number;
      readonly task: number;
      readonly name: number;
      /** 0 for port sets and dead names. */
      readonly port: number;
      /** PortType bits; 0 when the name stands for nothing any more. */
      readonly type: number;
      /** User references of a send right or dead name. */
      readonly refs: number;
    }
  /** Each name of a right for the port is a dead name now; an event for each follows. */
  | { readonly kind: "port-died"; readonly at: number; readonly step: number; readonly port: number };

/** Choices that could have gone another way. */
export type ScheduleEvent =
  /** The thread runs next; the `index`th of `of` that could (0 and 1 when a queue said so). */
  | { readonly kind: "scheduled"; readonly at: number; readonly step: number; readonly task: number; readonly thread: number; readonly index: number; readonly of: number }
  /** A strategy took alternative `index` of `of`. */
  | { readonly kind: "choice"; readonly at: number; readonly step: number; readonly what: ChoiceKind; readonly index: number; readonly of: number };

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

/** Events that cost something and that most listeners do not want: those of names, and those of who runs. */
export type EventGroup = "rights" | "schedule";

/** Every group: what a recorder asks for. */
export const EVERYTHING: readonly EventGroup[] = ["rights", "schedule"];

function listenersOf<T>({ event, rights, schedule }: Readonly<Record<EventGroup | "event", T>>, kind: KernelEvent["kind"]): T {
  if (kind === "right" || kind === "port-died") return rights;
  return kind === "scheduled" || kind === "choice" ? schedule : event;
}

/** Whose tap it is. */
export interface TapOwner {
  tapChanged(): void;
}

type Listener = (event: KernelEvent) => void;
type Emitter = EventEmitter<Record<EventGroup | "event", [KernelEvent]>>;

/** Where events come out. `emit` is called behind a check that somebody listens, so that nothing is built for nobody. */
export class Tap {
  private emitter: Emitter | null = null;
  /** The listeners of each group, as they are now: a list is not changed any more once it stands here. */
  private heard: Readonly<Record<EventGroup | "event", readonly Listener[]>> | null = null;
  /** Is told when somebody comes or goes. */
  private readonly owner: TapOwner;
  /** Somebody listens. */
  listening = false;
  /** Somebody wants to know of rights, or of who runs. */
  rights = false;
  schedule = false;

  constructor(owner: TapOwner) {
    this.owner = owner;
  }

  /** `listener` sees every event from now on but those of groups that it does not name; the answer ends that. */
  listen(listener: Listener, groups: readonly EventGroup[] = []): () => void {
    const all = ["event", ...groups] as const;
    const emitter = (this.emitter ??= new EventEmitter());
    for (const group of all) emitter.on(group, listener);
    this.changed(emitter);
    return () => {
      for (const group of all) emitter.off(group, listener);
      this.changed(emitter);
    };
  }

  private changed(emitter: Emitter): void {
    const [event, rights, schedule] = [emitter.listeners("event"), emitter.listeners("rights"), emitter.listeners("schedule")];
    this.heard = { event, rights, schedule };
    this.listening = event.length > 0;
    this.rights = rights.length > 0;
    this.schedule = schedule.length > 0;
    this.owner.tapChanged();
  }

  /** To all who listened when this began, in the order in which they came. */
  emit(event: KernelEvent): void {
    const { heard } = this;
    if (heard === null) return;
    const listeners = listenersOf(heard, event.kind);
    for (let i = 0; i < listeners.length; i++) (listeners[i] as Listener)(event);
  }
}
