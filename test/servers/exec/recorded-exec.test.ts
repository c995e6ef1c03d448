import { expect } from "chai";
import { copySend, copySends, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { execCall } from "../../../servers/interfaces/exec.ts";
import { EXEC_DEFAULTS, EXEC_NEWTASK, EXEC_SECURE, EXEC_SIGTRAP, INIT_PORT_PROC, O_CREAT, O_EXEC, O_NORW, O_READ, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { blocks, deadName, ECHO, echo, newSend, newTask, Probe, RAN, type ExecArgs } from "../exec-probe.ts";
import { differences, hex, named, portType, recorded } from "../lib/recorded.ts";
import { probed } from "../probe.ts";

/** Programs run in other tasks: what they say is taken up at the next line. */
class ExecProbe extends Probe {
  ran = 0;
  private *settled(): Syscall<void> {
    yield* this.libc.usleep(300_000);
    for (; this.ran > 0; this.ran--) this.say(RAN);
  }
  /** `FX`. */
  *fx(label: string, file: MachPort, flags = 0): Syscall<void> {
    const task = yield* newTask();
    const ports = yield* this.ports(task);
    yield* this.tried(`file_exec_paths ${label} flags=${hex(flags)}`, () => this.fileExec(file, task, { ports, flags }));
    yield* this.settled();
    yield* this.taskInfo(label, task);
    yield* machCall.task_terminate(task, {});
  }
  /** `fx` as it is. */
  *bare(label: string, file: MachPort, task: MachPort, args?: Partial<ExecArgs>): Syscall<void> {
    const ports = args?.ports ?? (yield* this.ports(MACH_PORT_NULL));
    yield* this.tried(`file_exec_paths ${label}`, () => this.fileExec(file, task, { ...args, ports }));
    yield* this.settled();
  }
  /** `EX`. */
  *ex(label: string, server: MachPort, file: MachPort, task: MachPort, flags = 0): Syscall<void> {
    const ports = yield* this.ports(task);
    yield* this.tried(`exec_exec_paths ${label} flags=${hex(flags)}`, () => this.exec(server, file, task, { ports, flags }));
    yield* this.settled();
    if (task === MACH_PORT_NULL || task === this.libc.ports.auth) return;
    yield* this.taskInfo(label, task);
    yield* machCall.task_terminate(task, {});
  }
  /** `ex` with a port array of nulls. */
  *nulls(label: string, server: MachPort, file: MachPort, args: Partial<ExecArgs>, info?: string): Syscall<void> {
    const task = yield* newTask();
    yield* this.tried(`exec_exec_paths ${label}`, () => this.exec(server, file, task, { ports: new Array<MachPort>(6).fill(MACH_PORT_NULL), ...args }));
    yield* this.settled();
    if (info !== undefined) yield* this.taskInfo(info, task);
    yield* machCall.task_terminate(task, {});
  }
}

function* furnish(libc: Libc): Syscall<void> {
  yield* libc.umask(0);
  for (const [path, text, mode] of [["/bin/plaintext", "text\n", 0o755], ["/bin/noexec", "text\n", 0o644], ["/bin/empty", "", 0o755]] as const) {
    const fd = yield* libc.open(path, O_WRITE | O_CREAT, mode);
    yield* libc.writeAll(fd, text);
    yield* libc.close(fd);
  }
  const pid = yield* libc.posix_spawn("/bin/settrans", ["settrans", "-c", "/tmp/exec2", "/hurd/exec"]);
  yield* libc.waitpid(pid);
}

function* byFile(p: ExecProbe): Syscall<void> {
  const f = yield* p.open(ECHO, O_EXEC);
  yield* p.fx("ok O_EXEC", f);
  yield* p.fx("O_READ open", yield* p.open(ECHO, O_READ));
  yield* p.fx("norw open", yield* p.open(ECHO, O_NORW));
  yield* p.fx("directory O_READ", yield* p.open("/bin", O_READ));
  yield* p.fx("directory O_EXEC", yield* p.open("/bin", O_EXEC));
  yield* p.fx("noexec file O_READ", yield* p.open("/bin/noexec", O_READ));
  yield* p.fx("plaintext", yield* p.open("/bin/plaintext", O_EXEC));
  yield* p.fx("/dev/null", yield* p.open("/dev/null", O_READ));
  for (const [label, flags] of [["NEWTASK", EXEC_NEWTASK], ["SIGTRAP", EXEC_SIGTRAP], ["DEFAULTS", EXEC_DEFAULTS], ["flags 0x100", 0x100]] as const) yield* p.fx(label, f, flags);
  yield* p.bare("null task", f, MACH_PORT_NULL);
  yield* p.bare("dead task", f, yield* deadName());
  yield* p.bare("task=auth port", f, p.libc.ports.auth);
  yield* p.bare("on auth port", p.libc.ports.auth, MACH_PORT_NULL);
}

function* byServer(p: ExecProbe): Syscall<void> {
  const { auth } = p.libc.ports;
  const server = yield* p.open("/servers/exec", 0);
  const [f, rx, r] = [yield* p.open(ECHO, O_EXEC), yield* p.open(ECHO, O_READ | O_EXEC), yield* p.open(ECHO, O_READ)];
  p.say(`exec server port ${yield* portType(server)}`.trimEnd());
  const files: readonly (readonly [string, MachPort])[] = [
    ["O_EXEC-only file port", f], ["ok", rx], ["O_READ file port", r], ["norw file port", yield* p.open(ECHO, O_NORW)], ["null file", MACH_PORT_NULL], ["file=auth port", auth],
    ["file=dead", yield* deadName()], ["directory", yield* p.open("/bin", O_READ)], ["plaintext", yield* p.open("/bin/plaintext", O_READ)], ["empty", yield* p.open("/bin/empty", O_READ)],
  ];
  for (const [label, file] of files) yield* p.ex(label, server, file, yield* newTask());
  yield* p.ex("null task flags 0", server, rx, MACH_PORT_NULL);
  yield* p.ex("dead task", server, rx, yield* deadName());
  yield* p.ex("task=auth", server, rx, auth);
  yield* p.ex("DEFAULTS", server, rx, yield* newTask(), EXEC_DEFAULTS);
  yield* p.ex("SECURE as caller", server, rx, yield* newTask(), EXEC_SECURE);
  yield* p.ex("SECURE|NEWTASK", server, rx, yield* newTask(), EXEC_SECURE | EXEC_NEWTASK);
  yield* p.ex("null task", server, rx, MACH_PORT_NULL);
  yield* p.ex("null task SECURE", server, rx, MACH_PORT_NULL, EXEC_SECURE);
  yield* p.nulls("all ports null", server, rx, {}, "nullports");
  yield* p.nulls("all null DEFAULTS", server, rx, { flags: EXEC_DEFAULTS }, "nullports defaults");
  yield* p.nulls("all null DEFAULTS no ints", server, rx, { flags: EXEC_DEFAULTS, ints: [] });
  yield* p.called("exec_setexecdata short (1-way)", execCall.exec_setexecdata(server, { ports: copySends([MACH_PORT_NULL, MACH_PORT_NULL]), ints: [0] }));
  yield* bySecond(p, rx);
}

/** An exec server that nobody has given the standard data to. */
function* bySecond(p: ExecProbe, rx: MachPort): Syscall<void> {
  const server = yield* p.open("/tmp/exec2", 0);
  p.say(`second exec server: ${yield* portType(server)} errno=0`);
  for (const [label, flags] of [["plain", 0], ["SECURE", EXEC_SECURE], ["DEFAULTS", EXEC_DEFAULTS], ["NEWTASK", EXEC_NEWTASK]] as const) {
    yield* p.ex(`2nd server ${flags === 0 ? "(no std data) " : ""}${label}`, server, rx, yield* newTask(), flags);
  }
}

function section(body: (p: ExecProbe) => Syscall<void>): readonly string[] {
  let probe: ExecProbe | undefined;
  return probed(
    function* (libc) {
      probe = new ExecProbe(libc);
      yield* furnish(libc);
      yield* body(probe);
      return probe.lines;
    },
    { programs: [[ECHO, echo(() => probe && probe.ran++)]] },
  );
}

const real = (name: string): readonly string[] => blocks(recorded(name).filter((line) => !/^PROBE|^$/.test(line)));

describe("exec asked directly", function () {
  this.timeout(60_000);

  it("answers, runs or leaves the task as recorded (p-exec)", () => {
    const ours = section(function* (p) {
      yield* byFile(p);
      yield* byServer(p);
    });
    expect(differences(real("p-exec-root"), ours)).to.deep.equal([]);
  });

  it("with ports in the array that are no use, as recorded (p-deadproc)", () => {
    const ours = section(deadproc);
    expect(differences(real("p-deadproc-root"), ours)).to.deep.equal([]);
  });

  it("takes exec_init from root a second time, as recorded (p-execinit)", () => {
    const ours = section(function* (p) {
      const server = yield* p.open("/servers/exec", 0);
      const { auth, proc } = p.libc.ports;
      yield* p.called("exec_init as root a second time", execCall.exec_init(server, { auth_handle: auth, proc_server: copySend(proc) }));
    });
    expect(differences(["exec_init as root a second time = 0"], ours)).to.deep.equal([]);
  });
});

function* deadproc(p: ExecProbe): Syscall<void> {
  const { proc, auth, crdir } = p.libc.ports;
  const f = yield* p.open(ECHO, O_EXEC);
  const suid = yield* p.open("/bin/su", O_EXEC);
  const child = function* (): Syscall<MachPort> {
    const task = yield* newTask();
    yield* procCall.proc_child(proc, { child: task });
    return task;
  };
  const withProc = function* (port: MachPort): Syscall<MachPort[]> {
    const ports = yield* p.ports(MACH_PORT_NULL);
    ports[INIT_PORT_PROC] = port;
    return ports;
  };
  const first = yield* child();
  const pid = yield* procCall.proc_task2pid(proc, { task: first });
  yield* p.bare("in place, PROC=dead name", f, first, { ports: yield* withProc(yield* deadName()) });
  yield* p.taskInfo("t", first);
  const got = yield* procCall.proc_wait(proc, { pid: pid.err ? 0 : pid.pid, options: 1 });
  p.say(named(" proc_wait", got.err));
  p.say(`  status=${hex(got.err ? -1 : got.status)}`);
  for (const [label, port] of [["unserved port", yield* newSend()], ["auth handle", auth]] as const) {
    const task = yield* child();
    yield* p.bare(`in place, PROC=${label}`, f, task, { ports: yield* withProc(port) });
    yield* p.taskInfo("t", task);
  }
  const tries: readonly (readonly [string, MachPort, (ports: MachPort[]) => Partial<ExecArgs>])[] = [
    ["portarray of 3", f, (ports) => ({ ports: ports.slice(0, 3) })],
    ["portarray of 0 ints 0", f, () => ({ ports: [], ints: [] })],
    ["AUTH null", f, (ports) => ({ ports: ports.with(2, MACH_PORT_NULL) })],
    ["AUTH null set-uid file", suid, (ports) => ({ ports: ports.with(2, MACH_PORT_NULL) })],
    ["AUTH=root dir, set-uid file", suid, (ports) => ({ ports: ports.with(2, crdir) })],
  ];
  for (const [label, file, args] of tries) {
    const task = yield* newTask();
    yield* p.bare(label, file, task, args(yield* p.ports(task)));
    yield* p.taskInfo("t", task);
    yield* machCall.task_terminate(task, {});
  }
}
