import { expect } from "chai";
import { mach, machCall } from "../../../mach/interfaces/mach.ts";
import { memoryObject } from "../../../mach/interfaces/memory-object.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { mach4Call } from "../../../mach/interfaces/mach4.ts";
import { client } from "../../../mach/mig/client.ts";
import { copySends, MACH_PORT_NULL, moveSendOnce, type MachPort } from "../../../mach/ipc/names.ts";
import { machMsgServer, serve } from "../../../mach/mig/server.ts";
import { Kern } from "../../../mach/kern/kern-return.ts";
import { load, store, swtch_pri, type Syscall } from "../../../mach/kern/syscall.ts";
import { newPort, run, startThread } from "../kern/boot-machine.ts";

const call = client(mach);
const none = moveSendOnce(MACH_PORT_NULL);

/** A pager whose pages are filled with their number; logs what the kernel says. */
function* pager(self: MachPort, log: unknown[], answer: "data" | "error" | "nothing" = "data"): Syscall<MachPort> {
  const port = yield* newPort(self);
  const demuxer = serve(memoryObject, () => ({}), {
    *memory_object_init(_s, { memory_control, memory_object_page_size }) {
      log.push(["init", memory_object_page_size]);
      yield* call.memory_object_ready(memory_control, { may_cache: false, copy_strategy: 0 });
      return { err: 0 };
    },
    *memory_object_data_request(_s, { memory_control, offset, length, desired_access }) {
      log.push(["request", offset, length, desired_access]);
      const data = new Uint8Array(length).fill(1 + offset / 4096);
      if (answer === "data") yield* call.memory_object_data_supply(memory_control, { offset, data, lock_value: 0, precious: false, reply_to: none });
      else if (answer === "error") yield* call.memory_object_data_error(memory_control, { offset, size: length, error_value: 5 });
      return { err: 0 };
    },
    *memory_object_data_return(_s, { offset, data, dirty }) {
      log.push(["return", offset, data.length, data[0], dirty]);
      return { err: 0 };
    },
    *memory_object_lock_completed(_s, { offset }) {
      log.push(["locked", offset]);
      return { err: 0 };
    },
    *memory_object_terminate(_s, { memory_control }) {
      log.push(["terminate", memory_control !== MACH_PORT_NULL]);
      return { err: 0 };
    },
  });
  yield* startThread(self, function* () {
    yield* machMsgServer(port, demuxer);
  });
  return port;
}

const mapping = (memory_object: MachPort, address: number, more: object = {}) => ({
  address,
  size: 8192,
  mask: 0,
  anywhere: false,
  memory_object,
  offset: 0,
  copy: false,
  cur_protection: 3,
  max_protection: 7,
  inheritance: 1,
  ...more,
});

function* settle(): Syscall<void> {
  for (let i = 0; i < 30; i++) yield* swtch_pri();
}

describe("memory objects of user pagers", () => {
  it("pages come when touched; changed ones go back when nobody maps the object any more", () => {
    const log: unknown[] = [];
    const bytes: number[] = [];
    run(function* ({ self }) {
      const port = yield* pager(self, log);
      yield* machCall.vm_map(self, mapping(port, 0x100000));
      bytes.push(...(yield* load(0x100fff, 2)));
      yield* store(0x101000, Uint8Array.of(77));
      yield* machCall.vm_deallocate(self, { address: 0x100000, size: 8192 });
      yield* settle();
    });
    expect(bytes).to.deep.equal([1, 2]);
    expect(log).to.deep.equal([["init", 4096], ["request", 0, 4096, 1], ["request", 4096, 4096, 1], ["return", 4096, 4096, 77, true], ["terminate", true]]);
  });

  it("a private copy takes what it needs and never writes back", () => {
    const log: unknown[] = [];
    const bytes: number[] = [];
    run(function* ({ self }) {
      const port = yield* pager(self, log);
      yield* machCall.vm_map(self, mapping(port, 0x100000));
      yield* machCall.vm_map(self, mapping(port, 0x200000, { copy: true }));
      yield* store(0x200000, Uint8Array.of(9));
      bytes.push(...(yield* load(0x200000, 2)), ...(yield* load(0x100000, 1)), ...(yield* load(0x201000, 1)));
      yield* machCall.vm_deallocate(self, { address: 0x100000, size: 0x200000 });
      yield* settle();
    });
    expect(bytes).to.deep.equal([9, 1, 1, 2]);
    expect(log.map((l) => (l as unknown[])[0])).to.deep.equal(["init", "request", "request", "terminate"]);
  });

  it("vm_read and out-of-line data wait for pages too", () => {
    const log: unknown[] = [];
    let sum = 0;
    run(function* ({ self }) {
      const port = yield* pager(self, log);
      yield* machCall.vm_map(self, mapping(port, 0x100000));
      const r = yield* machCall.vm_read(self, { address: 0x100ffe, size: 4 });
      if (!r.err) sum = r.data.reduce((a, b) => a + b, 0);
    });
    expect(sum).to.equal(1 + 1 + 2 + 2);
  });

  it("an error of the pager, or its death, is EXC_BAD_ACCESS with KERN_MEMORY_ERROR: without a handler the task ends", () => {
    for (const answer of ["error", "nothing"] as const) {
      const log: unknown[] = [];
      let code = 0;
      const { machine } = run(function* ({ self }) {
        const port = yield* pager(self, log, answer);
        yield* machCall.vm_map(self, mapping(port, 0x100000));
        yield* startThread(self, function* () {
          code = (yield* machCall.vm_read(self, { address: 0x100000, size: 4 })).err;
          yield* load(0x100000, 1);
        });
        yield* settle();
        if (answer === "nothing") yield* machPortCall.mach_port_mod_refs(self, { name: port, right: 1, delta: -1 });
      });
      expect(code).to.equal(Kern.MEMORY_ERROR);
      expect([...machine.tasks].map((t) => t.name), answer).to.deep.equal(["gnumach"]);
    }
  });

  it("a proxy gives no more than its maximum protection, from its offset", () => {
    const log: unknown[] = [];
    const got: number[] = [];
    run(function* ({ self }) {
      const port = yield* pager(self, log);
      const object = copySends([port]);
      const proxy = yield* mach4Call.memory_object_create_proxy(self, { max_protection: 1, object, offset: [4096], start: [0], len: [4096] });
      if (proxy.err) return;
      got.push((yield* machCall.vm_map(self, mapping(proxy.proxy, 0x100000))).err);
      got.push((yield* machCall.vm_map(self, mapping(proxy.proxy, 0x100000, { size: 4096 }))).err);
      const region = yield* machCall.vm_region(self, { address: 0x100000 });
      if (!region.err) got.push(region.protection, region.max_protection);
      got.push(...(yield* load(0x100000, 1)));
    });
    expect(got).to.deep.equal([Kern.INVALID_ARGUMENT, 0, 1, 1, 2]);
  });

  it("the pager can have pages back and flushed", () => {
    const log: unknown[] = [];
    run(function* ({ self }) {
      let control = MACH_PORT_NULL;
      const port = yield* newPort(self);
      const demuxer = serve(memoryObject, () => ({}), {
        *memory_object_init(_s, { memory_control }) {
          control = memory_control;
          yield* call.memory_object_ready(memory_control, { may_cache: true, copy_strategy: 0 });
          return { err: 0 };
        },
        *memory_object_data_request(_s, { memory_control, offset, length }) {
          log.push("request");
          yield* call.memory_object_data_unavailable(memory_control, { offset, size: length });
          return { err: 0 };
        },
        *memory_object_data_return(_s, { data }) {
          log.push(["return", data[0]]);
          return { err: 0 };
        },
      });
      yield* startThread(self, function* () {
        yield* machMsgServer(port, demuxer);
      });
      yield* machCall.vm_map(self, mapping(port, 0x100000));
      yield* store(0x100000, Uint8Array.of(5));
      yield* call.memory_object_lock_request(control, { offset: 0, size: 4096, should_return: 1, should_flush: true, lock_value: 8, reply_to: none });
      yield* settle();
      log.push((yield* load(0x100000, 1))[0]);
    });
    expect(log).to.deep.equal(["request", ["return", 5], "request", 0]);
  });
});
