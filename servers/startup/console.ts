/** The kernel's console, for messages and the one question that startup asks. */
import { deviceCall } from "../../mach/interfaces/device.ts";
import { MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";

/** `D_READ | D_WRITE` of device_open. */
const D_READ_WRITE = 3;
/** Most that `device_write_inband` takes. */
const INBAND = 128;


export class Terminal {
  private port: MachPort = MACH_PORT_NULL;

  /** Opens device "console". Answers the code. */
  *open(master: MachPort): Syscall<number> {
    const r = yield* deviceCall.device_open(master, { mode: D_READ_WRITE, name: "console" });
    if (r.err) return r.err;
    this.port = r.device;
    return 0;
  }

  *print(text: string): Syscall<void> {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length && this.port !== MACH_PORT_NULL; at += INBAND) {
      yield* deviceCall.device_write_inband(this.port, { mode: 0, recnum: 0, data: bytes.slice(at, at + INBAND) });
    }
  }

  /** A line typed at the console, without its end; empty when there is no console. */
  *readLine(): Syscall<string> {
    let line = "";
    for (;;) {
      const r = yield* deviceCall.device_read_inband(this.port, { mode: 0, recnum: 0, bytes_wanted: INBAND });
      if (r.err || r.data.length === 0) return line;
      line += new TextDecoder().decode(r.data);
      const end = line.search(/[\r\n]/);
      if (end >= 0) return line.slice(0, end);
    }
  }
}
