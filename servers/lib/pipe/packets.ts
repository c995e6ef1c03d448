/**
 * The packets in a pipe (libpipe's `pq`): data, and in front of it control packets, which carry ports and control bytes (fs-io.md §9).
 */
import type { MachPort } from "../../../mach/ipc/names.ts";

/** A run of data as it was written. Streams go on in the last one; datagrams stay apart. */
interface DataPacket<Source> {
  readonly kind: "data";
  readonly chunks: Uint8Array[];
  size: number;
  readonly source: Source | undefined;
}

/** What travels beside data. The ports are send rights in the server's space. */
export interface ControlPacket {
  readonly kind: "control";
  readonly control: Uint8Array;
  readonly ports: readonly MachPort[];
}

const EMPTY = new Uint8Array(0);

/** Joins byte runs. */
function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const all = new Uint8Array(size);
  let at = 0;
  for (const c of chunks) {
    all.set(c, at);
    at += c.length;
  }
  return all;
}

/** The queue of one pipe. `keepsBounds`: a packet is read whole or its rest is lost. `Source` says who sent a packet. */
export class PacketQueue<Source> {
  private packets: (DataPacket<Source> | ControlPacket)[] = [];
  private readonly keepsBounds: boolean;
  /** Bytes of data. */
  size = 0;

  constructor(keepsBounds: boolean) {
    this.keepsBounds = keepsBounds;
  }

  get empty(): boolean {
    return this.packets.length === 0;
  }

  /** True when there is data, not only control. */
  get hasData(): boolean {
    return this.packets.some((p) => p.kind === "data");
  }

  putControl(control: Uint8Array, ports: readonly MachPort[]): void {
    this.packets.push({ kind: "control", control, ports });
  }

  putData(data: Uint8Array, source: Source | undefined): void {
    const last = this.packets.at(-1);
    this.size += data.length;
    if (!this.keepsBounds && last?.kind === "data") {
      last.chunks.push(data);
      last.size += data.length;
    } else this.packets.push({ kind: "data", chunks: [data], size: data.length, source });
  }

  /** Takes the control packet at the head, if one is there. */
  takeControl(peek: boolean): ControlPacket | undefined {
    const [head] = this.packets;
    if (head?.kind !== "control") return undefined;
    if (!peek) this.packets.shift();
    return head;
  }

  /** Takes up to `amount` bytes of the first data packet, past a control packet that was only looked at. */
  takeData(amount: number, peek: boolean): { readonly data: Uint8Array; readonly source: Source | undefined } {
    const at = peek && this.packets[0]?.kind === "control" ? 1 : 0;
    const packet = this.packets[at];
    if (packet?.kind !== "data") return { data: EMPTY, source: undefined };
    const whole = join(packet.chunks, packet.size);
    const data = whole.slice(0, amount);
    if (peek) return { data, source: packet.source };
    const rest = whole.subarray(data.length);
    this.size -= this.keepsBounds ? packet.size : data.length;
    if (this.keepsBounds || rest.length === 0) this.packets.splice(at, 1);
    else {
      packet.chunks.splice(0, packet.chunks.length, rest);
      packet.size = rest.length;
    }
    return { data, source: packet.source };
  }

  /** Empties the queue. Answers the ports that were in it: they are the caller's to give back. */
  drain(): readonly MachPort[] {
    const ports = this.packets.flatMap((p) => (p.kind === "control" ? p.ports : []));
    this.packets = [];
    this.size = 0;
    return ports;
  }
}
