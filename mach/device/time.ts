/**
 * The device "time": mapped, it shows the time of day (`mapped_time_value_t`): seconds, microseconds, seconds again as a check, then 64-bit seconds and
 * nanoseconds, their check, the same since boot, and its check.
 */
import { VmObject } from "../vm/object.ts";
import { newPage, type Page } from "../vm/page.ts";
import type { Device } from "./device.ts";

/** Virtual time as this device needs it, in microseconds. */
export interface TimeOfDay {
  readonly now: number;
  readonly bootTime: number;
}

/** One page whose contents are the time at the moment of reading. */
class TimeObject extends VmObject {
  private readonly clock: TimeOfDay;
  private page: Page | undefined;

  constructor(clock: TimeOfDay) {
    super();
    this.clock = clock;
  }

  override lookup(page: number): Page | undefined {
    if (page !== 0) return undefined;
    const present = (this.page ??= newPage());
    if (this.resident(0) === undefined) this.put(0, present);
    const { now, bootTime } = this.clock;
    const view = new DataView(present.bytes.buffer);
    const [sec, usec] = [Math.floor((bootTime + now) / 1e6), (bootTime + now) % 1e6];
    [sec, usec, sec].forEach((n, i) => view.setInt32(i * 4, n, true));
    const up = Math.floor(now / 1e6);
    [sec, usec * 1000, sec, up, (now % 1e6) * 1000, up].forEach((n, i) => view.setBigInt64(12 + i * 8, BigInt(Math.floor(n)), true));
    return present;
  }

  override copy(first: number, count: number): VmObject {
    this.lookup(0);
    return super.copy(first, count);
  }
}

/** The device over `clock`. It can only be mapped. */
export function timeDevice(clock: TimeOfDay): Device {
  const object = new TimeObject(clock);
  return { map: () => object };
}
