import { expect } from "chai";
import { gnumachCall } from "../../../mach/interfaces/gnumach.ts";
import { machHostCall } from "../../../mach/interfaces/mach-host.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { MACH_PORT_NULL } from "../../../mach/ipc/names.ts";
import { Kern } from "../../../mach/kern/kern-return.ts";
import { mach_host_self, mach_thread_self, type Syscall } from "../../../mach/kern/syscall.ts";
import { run, type Context } from "./boot-machine.ts";

/** Runs calls on a machine; what they push is the answer. */
function answers(body: (context: Context, got: unknown[]) => Syscall<void>): readonly unknown[] {
  const got: unknown[] = [];
  run((context) => body(context, got));
  return got;
}

const ROOM = 1024;

describe("the host port", () => {
  it("tells of the machine by flavor; a small buffer or an unknown flavor is KERN_INVALID_ARGUMENT", () => {
    const got = answers(function* (_context, out) {
      const host = yield* mach_host_self();
      for (const flavor of [1, 2, 3, 4]) {
        const r = yield* machHostCall.host_info(host, { flavor, host_info_outCnt: ROOM });
        out.push(r.err ? r.err : r.host_info_out.length);
      }
      out.push((yield* machHostCall.host_info(host, { flavor: 1, host_info_outCnt: 2 })).err, (yield* machHostCall.host_info(host, { flavor: 9, host_info_outCnt: ROOM })).err);
      const version = yield* machHostCall.host_kernel_version(host, {});
      const same = yield* machHostCall.host_get_kernel_version(host, {});
      out.push(version.err ? 0 : version.kernel_version, same.err ? 0 : same.kernel_version);
    });
    expect(got).to.deep.equal([5, 1, 2, 6, Kern.INVALID_ARGUMENT, Kern.INVALID_ARGUMENT, "GNU Mach 1.8", "GNU Mach 1.8"]);
  });

  it("tells the time; only the privileged one sets it", () => {
    const got = answers(function* ({ host: priv }, out) {
      const host = yield* mach_host_self();
      out.push((yield* machHostCall.host_set_time(priv, { new_time: [1000, 0] })).err);
      const a = yield* machHostCall.host_get_time(host, {});
      out.push(a.err ? a.err : a.current_time[0]);
      out.push((yield* machHostCall.host_adjust_time(priv, { new_adjustment: [5, 0] })).err);
      out.push((yield* machHostCall.host_set_time64(priv, { new_time: [2000, 0, 0, 0] })).err);
      const b = yield* machHostCall.host_get_time64(host, {});
      const up = yield* machHostCall.host_get_uptime64(host, {});
      out.push(b.err ? b.err : b.current_time[0], up.err ? up.err : up.uptime[0]);
      out.push((yield* machHostCall.host_set_time(host, { new_time: [1, 0] })).err !== 0);
    });
    expect(got).to.deep.equal([0, 1000, 0, 0, 2000, 0, true]);
  });

  it("has one processor in one set, which neither go nor are joined by others", () => {
    const got = answers(function* ({ host: priv }, out) {
      const host = yield* mach_host_self();
      const processors = yield* machHostCall.host_processors(priv, {});
      const sets = yield* machHostCall.host_processor_sets(host, {});
      const standard = yield* machHostCall.processor_set_default(host, {});
      if (processors.err || sets.err || standard.err) return;
      const [processor = MACH_PORT_NULL] = processors.processor_list;
      const [name = MACH_PORT_NULL] = sets.processor_sets;
      out.push(processors.processor_list.length, sets.processor_sets.length, name === standard.default_set);
      for (const flavor of [1, 2, 3]) out.push((yield* machHostCall.processor_set_info(name, { flavor, info_outCnt: ROOM })).err);
      for (const flavor of [1, 2]) out.push((yield* machHostCall.processor_info(processor, { flavor, processor_info_outCnt: ROOM })).err);
      out.push((yield* machHostCall.processor_start(processor, {})).err, (yield* machHostCall.processor_exit(processor, {})).err);
      out.push((yield* machHostCall.processor_get_assignment(processor, {})).err, (yield* machHostCall.processor_set_create(host, {})).err);
      const control = yield* machHostCall.host_processor_set_priv(priv, { set_name: name });
      out.push((yield* machHostCall.host_processor_set_priv(priv, { set_name: processor })).err);
      if (control.err) return;
      const tasks = yield* machHostCall.processor_set_tasks(control.set, {});
      const threads = yield* machHostCall.processor_set_threads(control.set, {});
      out.push(tasks.err ? 0 : tasks.task_list.length, threads.err ? 0 : threads.thread_list.length);
      out.push((yield* machHostCall.processor_set_destroy(control.set, {})).err, (yield* machHostCall.processor_set_max_priority(control.set, { max_priority: 3, change_threads: false })).err);
    });
    const { FAILURE, INVALID_ARGUMENT } = Kern;
    expect(got).to.deep.equal([1, 1, true, 0, 0, INVALID_ARGUMENT, 0, INVALID_ARGUMENT, FAILURE, FAILURE, 0, FAILURE, INVALID_ARGUMENT, 2, 1, FAILURE, 0]);
  });

  it("takes priorities from 0 to 63, which change nothing", () => {
    const got = answers(function* ({ self }, out) {
      const thread = yield* mach_thread_self();
      for (const priority of [-1, 0, 63, 64]) {
        out.push((yield* machHostCall.task_priority(self, { priority, change_threads: false })).err, (yield* machHostCall.thread_priority(thread, { priority, set_max: false })).err);
      }
      out.push((yield* machHostCall.thread_policy(thread, { policy: 1, data: 0 })).err, (yield* machHostCall.task_get_assignment(self, {})).err);
      out.push((yield* machHostCall.thread_get_assignment(thread, {})).err, (yield* machHostCall.thread_assign_default(thread, {})).err);
    });
    expect(got).to.deep.equal([4, 4, 0, 0, 0, 0, 4, 4, 0, 0, 0, 0]);
  });

  it("wires memory of tasks only", () => {
    const got = answers(function* ({ self, host: priv }, out) {
      const host = yield* mach_host_self();
      const place = yield* machCall.vm_allocate(self, { address: 0, size: 4096, anywhere: true });
      if (place.err) return;
      out.push((yield* machHostCall.vm_wire(priv, { task: self, address: place.address, size: 4096, access: 3 })).err);
      out.push((yield* machHostCall.vm_wire(priv, { task: self, address: place.address + 1, size: 4096, access: 3 })).err);
      out.push((yield* machHostCall.vm_wire(priv, { task: host, address: place.address, size: 4096, access: 3 })).err);
      out.push((yield* gnumachCall.vm_wire_all(priv, { task: self, flags: 0 })).err, (yield* gnumachCall.vm_wire_all(priv, { task: host, flags: 0 })).err);
    });
    expect(got).to.deep.equal([0, Kern.INVALID_ARGUMENT, Kern.INVALID_TASK, 0, Kern.INVALID_TASK]);
  });
});

describe("what tasks and threads tell of themselves", () => {
  it("by flavor; a small buffer gets what fits or KERN_INVALID_ARGUMENT", () => {
    const got = answers(function* ({ self }, out) {
      const thread = yield* mach_thread_self();
      for (const flavor of [1, 2, 3, 9]) out.push((yield* machCall.task_info(self, { flavor, task_info_outCnt: ROOM })).err);
      for (const flavor of [1, 2, 9]) out.push((yield* machCall.thread_info(thread, { flavor, thread_info_outCnt: ROOM })).err);
      out.push((yield* machCall.thread_info(thread, { flavor: 1, thread_info_outCnt: 3 })).err);
      out.push((yield* gnumachCall.thread_set_name(thread, { name: "main" })).err);
      const name = yield* gnumachCall.thread_get_name(thread, {});
      out.push(name.err ? name.err : name.name);
    });
    expect(got).to.deep.equal([0, 0, 0, Kern.INVALID_ARGUMENT, 0, 0, Kern.INVALID_ARGUMENT, Kern.INVALID_ARGUMENT, 0, "main"]);
  });
});
