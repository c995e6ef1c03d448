/** The devices of a machine, made when the first of them is needed: most machines of an exploration have none. */
import { Console, DebugExit, type ConsoleWatch } from "../device/console.ts";
import type { Device } from "../device/device.ts";
import { timeDevice } from "../device/time.ts";
import type { Port } from "../ipc/port.ts";
import type { Clock } from "./clock.ts";

export class Peripherals {
  readonly console = new Console();
  readonly debugExit = new DebugExit();
  /** By the name for `device_open`. */
  readonly devices: Map<string, Device>;
  /** Ports of devices that have been opened. */
  readonly ports = new Map<string, Port>();

  constructor(clock: Clock, watch: ConsoleWatch) {
    this.console.watch = watch;
    this.devices = new Map<string, Device>([
      ["console", this.console.device],
      ["console-size", this.console.sizeDevice],
      ["debug-exit", this.debugExit.device],
      ["time", timeDevice(clock)],
    ]);
  }
}
