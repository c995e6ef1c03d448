import { expect } from "chai";
import { checkRights } from "../../../mach/ipc/invariants.ts";
import { deviceCall } from "../../../mach/interfaces/device.ts";
import { gnumachCall } from "../../../mach/interfaces/gnumach.ts";
import { mach4Call } from "../../../mach/interfaces/mach4.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { copySend, copySends } from "../../../mach/ipc/names.ts";
import { holdings } from "../../../mach/kern/holdings.ts";
import { bootMachine, newPort, startThread } from "./boot-machine.ts";

describe("the kernel's own rights", () => {
  it("are all known: every right of a machine is counted after each trap, while calls wait, objects are mapped and tasks end", () => {
    const machine = bootMachine(function* ({ self, host, device }) {
      const console = yield* deviceCall.device_open(device, { mode: 3, name: "console" });
      yield* startThread(self, function* () {
        if (!console.err) yield* deviceCall.device_read(console.device, { mode: 0, recnum: 0, bytes_wanted: 1 });
      });
      yield* machCall.vm_allocate(self, { address: 0x10000, size: 4096, anywhere: false });
      yield* startThread(self, function* () {
        yield* gnumachCall.gsync_wait(self, { addr: 0x10000, val1: 0, val2: 0, msec: 50, flags: 4 });
      });
      const port = yield* newPort(self);
      yield* gnumachCall.register_new_task_notification(host, { notification: copySend(port) });
      yield* machCall.mach_ports_register(self, { init_port_set: [port, port] });
      const args = { size: 4096, mask: 0, offset: 0, copy: false, cur_protection: 1, max_protection: 1, inheritance: 2, anywhere: false };
      yield* machCall.vm_map(self, { ...args, address: 0x20000, memory_object: port });
      const proxy = yield* mach4Call.memory_object_create_proxy(self, { max_protection: 1, object: copySends([port]), offset: [0], start: [0], len: [4096] });
      const child = yield* machCall.task_create(self, { inherit_memory: true });
      if (child.err || proxy.err) return;
      yield* machCall.thread_create(child.child_task, {});
      yield* machCall.task_terminate(child.child_task, {});
      yield* machPortCall.mach_port_deallocate(self, { name: proxy.proxy });
      yield* machCall.vm_deallocate(self, { address: 0x20000, size: 4096 });
      yield* machPortCall.mach_port_mod_refs(self, { name: port, right: 1, delta: -1 });
    });
    let checks = 0;
    for (let state = machine.run({ steps: 1 }); state === "steps"; state = machine.run({ steps: 1 })) {
      checkRights(holdings(machine));
      checks++;
    }
    checkRights(holdings(machine));
    expect(checks).to.be.above(20);
    expect(machine.now).to.be.above(50_000);
    expect(machine.proxies.size + machine.pagers.all.length).to.equal(0);
  });
});
