import { expect } from "chai";
import { eras, f33c, perObject2020, type Knobs } from "../../../lab/genode/base/knobs.ts";
import { Entrypoint, invoke } from "../../../lab/genode/base/entrypoint.ts";
import { pause } from "../../../lab/genode/linux/libc.ts";
import { metricsOf } from "../../../lab/genode/metrics.ts";
import { RamSession } from "../../../lab/genode/os/core.ts";
import type { Env } from "../../../lab/genode/os/env.ts";
import { Ram } from "../../../lab/genode/os/protocol.ts";
import { System, type GenodeMain } from "../../../lab/genode/os/system.ts";

const must = <T>(value: T | undefined): T => value ?? expect.fail("nothing there");

const hello: GenodeMain = function* (env) {
  const log = yield* env.session("LOG", "ram_quota=8192, label=log");
  yield* env.log(log, "hello");
  return 0;
};

/** Steals quota from every RAM session that it can name through the socket of its LOG session. */
const thief: GenodeMain = function* (env) {
  const log = yield* env.session("LOG", "");
  for (let localName = 1; localName <= 12; localName++) {
    if (localName === env.ram.localName) continue;
    yield* invoke(env.rt, { ...log, localName }, Ram.TRANSFER_QUOTA, (args) => args.cap(env.ram).word(1000));
  }
  return yield* pause();
};

/** What RAM sessions have above or below what they would have without the thief. */
function stolen(knobs: Knobs): { readonly own: number } {
  const quota = (main: GenodeMain): number => {
    let name = 0;
    const sys = new System({
      knobs,
      children: [
        { name: "victim", main: () => pause() },
        { name: "thief", main: (env: Env) => ((name = env.ram.localName), main(env)) },
      ],
    }).run();
    const ram = sys.coreServices?.entrypoint.objects.get(name);
    return ram instanceof RamSession ? ram.quota : 0;
  };
  const honest = quota(function* (env) {
    yield* env.session("LOG", "");
    return yield* pause();
  });
  return { own: quota(thief) - honest };
}

describe("core, init and children (genode-linux.md §9)", () => {
  it("G10: with a LOG session one can call another's RAM session by its name; with a socket an object the message arrives at the LOG session", () => {
    expect(stolen(f33c).own, "core's, init's and the victim's").to.equal(3000);
    expect(stolen(perObject2020).own).to.equal(0);
  });

  /** Messages that opening one session costs, and what happened in it. */
  function counted(service: string, children: ConstructorParameters<typeof System>[0], knobs = f33c): { readonly messages: number; readonly brokered: boolean } {
    const result = { messages: 0, brokered: false };
    const main: GenodeMain = function* (env) {
      const { meter } = sys.stage.kernel;
      const before = meter.messages;
      const cap = yield* env.session(service, "ram_quota=8192, label=x");
      result.messages = meter.messages - before;
      result.brokered = (sys.init?.children.at(-1)?.sessions ?? []).some((s) => s.localName === cap.localName);
      return yield* pause();
    };
    const sys: System = new System({ knobs, children: [...(children?.children ?? []), { name: "client", main }] });
    sys.run();
    return result;
  }

  it("G19: LOG from core: child to init, init to core for quota, init to core for the session, core to itself for quota, and each answered", () => {
    expect(counted("LOG", {})).to.deep.equal({ messages: 8, brokered: true });
  });

  it("G19: from a sibling: child to init, two transfers of quota, the sibling's root, and each answered", () => {
    const sibling: GenodeMain = function* (env) {
      const ep = yield* Entrypoint.create(env.rt, "ep");
      const session = yield* ep.manage({ *dispatch() { return 0; } });
      const root = yield* ep.manage({
        *dispatch(_, __, out) {
          out.cap(session);
          return 0;
        },
      });
      yield* env.announce("Hello", root);
      return yield* pause();
    };
    expect(counted("Hello", { children: [{ name: "server", main: sibling }] })).to.deep.equal({ messages: 8, brokered: true });
  });

  it("boots and logs in every era but ca4f, where init cannot pass on what it has received", () => {
    for (const [era, knobs] of Object.entries(eras)) {
      const sys = new System({ knobs, children: [{ name: "hello", main: hello }] }).run();
      expect(sys.lines, era).to.deep.equal(era === "ca4f" ? [] : ["[init -> hello -> log] hello"]);
      if (era === "ca4f") expect(sys.process("init")?.trouble).to.equal("sendmsg EBADF");
    }
  });

  it("from aee0 on core makes the sockets: nobody else binds a name, and no name stays", () => {
    for (const knobs of [eras.aee0, eras["20d8"]]) {
      const sys = new System({ knobs, children: [{ name: "hello", main: hello }] }).run();
      expect(sys.lines).to.have.length(1);
      expect([...sys.stage.kernel.names.keys()].filter((path) => path.includes("/ep-"))).to.deep.equal([]);
      const entrypoints = metricsOf(sys.stage.kernel).processes.find((p) => p.name === "core")?.entrypoints;
      expect(entrypoints, "core's two, init's one for its child").to.equal(3);
      expect(must(sys.runtimes.get("core")).registry.known).to.have.length(3);
    }
  });

  it("from aee0 to 20d8 a child inherits the socket on which its parent serves it, and takes a sibling's request away", () => {
    const taken = (knobs: Knobs): number => {
      let bytes = -1;
      const sys = new System({
        knobs,
        children: [
          {
            name: "first",
            *main(env) {
              yield* env.session("LOG", "");
              return yield* pause();
            },
          },
          {
            name: "thief",
            *main() {
              const table = must(sys.process("thief")).table;
              bytes = table.fds.filter((fd) => {
                const what = table.at(fd)?.what;
                return what?.kind === "socket" && what.path !== undefined;
              }).length;
              return yield* pause();
            },
          },
        ],
      });
      sys.run();
      return bytes;
    };
    expect([taken(f33c), taken(eras.aee0), taken(eras["20d8"])], "the sibling's and its own").to.deep.equal([0, 2, 0]);
  });

  it("start-up opens three sessions, and one descriptor serves them all", () => {
    const sys = new System({ children: [{ name: "hello", main: () => pause() }] }).run();
    const child = must(sys.process("hello"));
    const rt = must(sys.runtimes.get("hello"));
    expect(rt.received).to.have.length(3);
    expect(new Set(rt.received.map((c) => c.socket)).size).to.equal(1);
    expect(child.env.get("parent_local_name")).to.match(/^\d+$/);
    expect(child.table.fds).to.include(100);
  });

  it("a refused service gives the quota back", () => {
    let refused = false;
    const sys = new System({
      children: [
        {
          name: "child",
          *main(env) {
            refused = (yield* env.trySession("None", "ram_quota=5000")) === undefined;
            return yield* pause();
          },
        },
      ],
    }).run();
    expect(refused).to.equal(true);
    const ram = sys.coreServices?.entrypoint.objects.get(must(sys.init?.children[0]).env.ram.localName);
    expect(ram instanceof RamSession && ram.quota).to.equal(4096 + 1024 * 1024);
  });

  it("more quota than there is: Quota_exceeded, and no session", () => {
    let refused = false;
    new System({
      children: [
        {
          name: "child",
          *main(env) {
            refused = (yield* env.trySession("LOG", "ram_quota=99999999")) === undefined;
            return 0;
          },
        },
      ],
    }).run();
    expect(refused).to.equal(true);
  });

  it("closing the PD session kills the process whose number the client gave, whoever that is (until 20d8)", () => {
    const sys: System = new System({
      children: [
        { name: "victim", main: () => pause() },
        {
          name: "killer",
          *main(env) {
            const victim = must(sys.process("victim"));
            const pd = yield* env.session("PD", `PID=${victim.pid}`);
            yield* invoke(env.rt, pd, 1);
            return 0;
          },
        },
      ],
    });
    sys.run();
    expect(sys.process("victim")?.ended).to.deep.equal({ signal: "SIGKILL" });
  });
});
