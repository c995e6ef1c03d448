import { expect } from "chai";
import { asPort, copySend, copySends, MACH_PORT_NULL, PortType, Right, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { decodeArgz } from "../../../servers/interfaces/argz.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { execStartupCall } from "../../../servers/interfaces/exec-startup.ts";
import { EXEC_NEWTASK, EXEC_SIGTRAP, INIT_PORT_AUTH, INIT_PORT_PROC, O_CREAT, O_EXEC, O_WRITE, TASK_BOOTSTRAP_PORT, TASK_EXCEPTION_PORT } from "../../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { ECHO, echo, newSend, newTask, Probe, RAN, type ExecArgs } from "../exec-probe.ts";
import { differences, hex, named, portType, recorded } from "../lib/recorded.ts";
import { probed } from "../probe.ts";

const SUID_ARGS = "/bin/suid-args";
const INTS = [0o22, 1, 2, 4, 0];

/** probe.c's sections "space" and "suidscript". */
class SpaceProbe extends Probe {
  *special(task: MachPort, which_port: number): Syscall<MachPort> {
    const got = yield* machCall.task_get_special_port(task, { which_port });
    return got.err ? MACH_PORT_NULL : got.special_port;
  }

  /** `dump`. */
  *dump(label: string, task: MachPort): Syscall<void> {
    const all = yield* machPortCall.mach_port_names(task, {});
    this.say(` SPACE ${label} err=${hex(all.err)} n=${all.err ? 0 : all.names.length}`);
    const threads = yield* machCall.task_threads(task, {});
    const [bootstrap, exception] = [yield* this.special(task, TASK_BOOTSTRAP_PORT), yield* this.special(task, TASK_EXCEPTION_PORT)];
    this.say(`  threads=${threads.err ? 0 : threads.thread_list.length} bootstrap=${yield* portType(bootstrap)} exception=${yield* portType(exception)}`);
    if (all.err) return;
    const order = all.names.map((name, i) => [name, all.types[i] ?? 0] as const).sort(([a], [b]) => a - b);
    for (const [name, type] of order) this.say(yield* this.nameLine(task, name, type, { bootstrap, exception }));
  }

  private *nameLine(task: MachPort, name: MachPort, type: number, known: Readonly<Record<string, MachPort>>): Syscall<string> {
    let line = `  name ${name} type=${hex(type)}`;
    for (const [right, word] of ["send", "recv", "sonce", "pset", "dead"].entries()) {
      if ((type & (1 << (16 + right))) === 0) continue;
      const got = yield* machPortCall.mach_port_get_refs(task, { name, right });
      line += ` ${word}=${got.err ? -1 : got.refs}`;
    }
    if ((type & PortType.SEND) === 0) return line;
    const taken = yield* machPortCall.mach_port_extract_right(task, { name, msgt_name: 19 });
    const here = taken.err ? MACH_PORT_NULL : taken.poly.name;
    return `${line} :${Object.entries(known).map(([role, port]) => (port === here ? ` ${role}` : "")).join("")}`;
  }

  /** `info`: three times, though the second finds nothing left. Addresses and sizes of the real program are not ours. */
  *info(bootinfo: MachPort): Syscall<void> {
    for (let k = 1; k <= 3; k++) {
      const got = yield* execStartupCall.exec_startup_get_info(bootinfo, {});
      if (got.err) {
        this.say(named(`  exec_startup_get_info #${k}`, got.err));
        continue;
      }
      const { argv, envp, dtable, portarray, intarray } = got;
      const lengths = `flags=${hex(got.flags)} argv=${argv.length} envp=${envp.length} dtable=${dtable.length} ports=${portarray.length} ints=${intarray.length}`;
      let line = `  exec_startup_get_info #${k} = 0 entry=A phdr=A stack=A ${lengths}`;
      for (const [i, port] of portarray.entries()) line += ` port${i}=${yield* portType(port)}`;
      line += intarray.map((n, i) => ` int${i}=${hex(n)}`).join("");
      this.say(`${line} env:${decodeArgz(envp).map((word) => `${word}|`).join("")}`);
      const auth = portarray[INIT_PORT_AUTH] ?? MACH_PORT_NULL;
      if (auth !== MACH_PORT_NULL) yield* this.showIds("   AUTH in portarray", auth);
    }
  }

  /** `pinfo`. */
  *procInfo(pid: number): Syscall<void> {
    const { proc } = this.libc.ports;
    const got = yield* procCall.proc_getprocinfo(proc, { which: pid, flags: 0 });
    if (got.err) return this.say(`${named("  procinfo N", got.err)}`);
    const [state = 0, owner, ppid, pgrp, session, , exitstatus = 0] = got.procinfo;
    const exe = yield* procCall.proc_get_exe(proc, { which: pid });
    this.say(`  procinfo N: state=${hex(state)} owner=${owner} ppid=${ppid} pgrp=${pgrp} session=${session} exitstatus=${hex(exitstatus)} exe=${exe.err ? hex(exe.err) : `0 "${exe.path}"`}`);
  }

  /** A task, its number and ports for it; with `child` it is a child of ours. */
  *target(child: boolean): Syscall<{ readonly task: MachPort; readonly pid: number; readonly ports: MachPort[] }> {
    const task = yield* newTask();
    const { proc } = this.libc.ports;
    const pid = yield* procCall.proc_task2pid(proc, { task });
    if (child) yield* procCall.proc_child(proc, { child: task });
    return { task, pid: pid.err ? 0 : pid.pid, ports: yield* this.ports(task) };
  }

  *run(label: string, file: MachPort, task: MachPort, args: ExecArgs): Syscall<void> {
    yield* this.called(`file_exec_paths ${label}`, this.fileExec(file, task, { ints: INTS, ...args }));
    yield* this.libc.usleep(100_000);
  }

  *olds(task: MachPort, ports: readonly MachPort[]): Syscall<void> {
    this.say(`  old task ${yield* portType(task)}, old proc port ${yield* portType(ports[INIT_PORT_PROC] ?? MACH_PORT_NULL)}`);
  }

  *pid2task(pid: number): Syscall<MachPort> {
    const got = yield* procCall.proc_pid2task(this.libc.ports.proc, { pid });
    this.say(named("proc_pid2task(pid)", got.err));
    return got.err ? MACH_PORT_NULL : got.task;
  }

  *user1001(): Syscall<MachPort> {
    const ids = { euids: [1001], auids: [1001, 1001], egids: [1001], agids: [1001, 1001] };
    const made = yield* authCall.auth_makeauth(this.libc.ports.auth, { other_handles: copySends([]), ...ids });
    return made.err ? MACH_PORT_NULL : made.newhandle;
  }
}

function* fresh(p: SpaceProbe): Syscall<void> {
  const f = yield* p.open(ECHO, O_EXEC);
  const { task, pid, ports } = yield* p.target(false);
  yield* p.dump("fresh task_create", task);
  yield* p.run("SIGTRAP into fresh task", f, task, { ports, flags: EXEC_SIGTRAP });
  yield* p.dump("after exec, before first instruction", task);
  yield* p.taskInfo("t", task);
  yield* p.procInfo(pid);
  yield* p.info(yield* p.special(task, TASK_BOOTSTRAP_PORT));
  yield* machCall.task_terminate(task, {});
}

function* inPlace(p: SpaceProbe): Syscall<void> {
  const f = yield* p.open(ECHO, O_EXEC);
  const { task, ports } = yield* p.target(false);
  const sends = [yield* newSend(), yield* newSend(), yield* newSend()];
  for (const [name, i] of [[100, 0], [100, 0], [100, 0], [101, 1], [102, 2]] as const) {
    yield* machPortCall.mach_port_insert_right(task, { name: asPort(name), poly: copySend(sends[i] ?? MACH_PORT_NULL) });
  }
  for (const [name, right] of [[103, Right.RECEIVE], [104, Right.RECEIVE], [105, Right.DEAD_NAME]] as const) yield* machPortCall.mach_port_allocate_name(task, { right, name: asPort(name) });
  yield* machCall.task_set_special_port(task, { which_port: TASK_BOOTSTRAP_PORT, special_port: sends[0] ?? MACH_PORT_NULL });
  yield* machCall.task_set_special_port(task, { which_port: TASK_EXCEPTION_PORT, special_port: sends[1] ?? MACH_PORT_NULL });
  yield* machCall.thread_create(task, {});
  yield* p.dump("prepared old task (100 x3, 101, 102, recv 103 104, dead 105, one thread)", task);
  const names = { dealloc: [100, 999].map(asPort), destroy: [101, 103, 998].map(asPort) };
  yield* p.run("SIGTRAP in place, dealloc{100,999} destroy{101,103,998}", f, task, { ports, flags: EXEC_SIGTRAP, ...names });
  yield* p.dump("after in-place exec, before first instruction", task);
  yield* p.taskInfo("t", task);
  yield* p.info(yield* p.special(task, TASK_BOOTSTRAP_PORT));
  yield* machCall.task_terminate(task, {});
}

function* secure(p: SpaceProbe): Syscall<void> {
  const sf = yield* p.open(SUID_ARGS, O_EXEC);
  const { task, pid, ports } = yield* p.target(true);
  const own = [...ports];
  const auth = yield* p.user1001();
  p.say("makeauth 1001 = 0");
  const exception = yield* newSend();
  yield* machPortCall.mach_port_insert_right(task, { name: asPort(100), poly: copySend(exception) });
  yield* machCall.task_set_special_port(task, { which_port: TASK_EXCEPTION_PORT, special_port: exception });
  yield* p.run("SIGTRAP set-uid root file with AUTH of 1001", sf, task, { ports: ports.with(INIT_PORT_AUTH, auth), flags: EXEC_SIGTRAP, path: SUID_ARGS });
  yield* p.olds(task, own);
  const made = yield* p.pid2task(pid);
  p.say(`  new task ${yield* portType(made)} same=${made === task ? 1 : 0} pid N`);
  const known = yield* procCall.proc_task2pid(p.libc.ports.proc, { task: made });
  p.say(named(" task2pid", known.err));
  p.say(`  pid=${!known.err && known.pid === pid ? "N" : "another"}`);
  yield* p.dump("secure exec, before first instruction", made);
  yield* p.procInfo(pid);
  yield* p.taskInfo("nt", made);
  yield* p.info(yield* p.special(made, TASK_BOOTSTRAP_PORT));
  yield* machCall.task_terminate(made, {});
}

function* nonSecure(p: SpaceProbe): Syscall<void> {
  const sf = yield* p.open(SUID_ARGS, O_EXEC);
  const { task, pid, ports } = yield* p.target(true);
  yield* p.run("SIGTRAP set-uid root file as root", sf, task, { ports, flags: EXEC_SIGTRAP, path: SUID_ARGS });
  yield* p.olds(task, ports);
  yield* p.dump("non-secure set-uid (root), before first instruction", task);
  yield* p.procInfo(pid);
  yield* p.taskInfo("t", task);
  yield* p.info(yield* p.special(task, TASK_BOOTSTRAP_PORT));
  yield* machCall.task_terminate(task, {});
}

function* newtask(p: SpaceProbe): Syscall<void> {
  const f = yield* p.open(ECHO, O_EXEC);
  const { task, pid, ports } = yield* p.target(true);
  const exception = yield* newSend();
  yield* machCall.task_set_special_port(task, { which_port: TASK_EXCEPTION_PORT, special_port: exception });
  yield* p.run("SIGTRAP|NEWTASK", f, task, { ports, flags: EXEC_SIGTRAP | EXEC_NEWTASK });
  yield* p.olds(task, ports);
  const made = yield* p.pid2task(pid);
  yield* p.dump("NEWTASK, before first instruction", made);
  p.say(`  exc==xx: ${(yield* p.special(made, TASK_EXCEPTION_PORT)) === exception ? 1 : 0}`);
  yield* p.procInfo(pid);
  yield* p.taskInfo("nt", made);
  yield* p.info(yield* p.special(made, TASK_BOOTSTRAP_PORT));
  yield* machCall.task_terminate(made, {});
}

function* script(p: SpaceProbe): Syscall<void> {
  const sc = yield* p.open("/bin/script", O_EXEC);
  const { task, ports } = yield* p.target(false);
  yield* p.run("SIGTRAP #! script, empty path strings", sc, task, { ports, flags: EXEC_SIGTRAP, path: "" });
  yield* p.dump("script exec", task);
  yield* p.taskInfo("t", task);
  const got = yield* execStartupCall.exec_startup_get_info(yield* p.special(task, TASK_BOOTSTRAP_PORT), {});
  const words = (argz: Uint8Array): string => decodeArgz(argz).map((w) => `${w}|`).join("");
  p.say(got.err ? named("  get_info", got.err) : `  get_info=0 dtable=${got.dtable.length} argv:${words(got.argv)} env:${words(got.envp)}`);
  yield* machCall.task_terminate(task, {});
}

/** One of the three times that the recording did this: they are equal. */
function* suidscript(p: SpaceProbe): Syscall<void> {
  const sf = yield* p.open("/bin/script-suid", O_EXEC);
  const { task, pid, ports } = yield* p.target(true);
  const args = { ports: ports.with(INIT_PORT_AUTH, yield* p.user1001()), flags: EXEC_SIGTRAP, path: "/bin/script-suid", argv: ["/bin/script-suid", "X"] };
  yield* p.run("SIGTRAP set-uid #! script with AUTH of 1001", sf, task, args);
  const made = yield* p.pid2task(pid);
  yield* p.procInfo(pid);
  const got = yield* procCall.proc_wait(p.libc.ports.proc, { pid, options: 3 });
  p.say(named(" proc_wait WUNTRACED", got.err));
  p.say(`  status=${hex(got.err ? -1 : got.status)} sigcode=${got.err ? -1 : got.sigcode}`);
  yield* p.dump("set-uid script, before first instruction", made);
  yield* p.taskInfo("nt", made);
  yield* p.info(yield* p.special(made, TASK_BOOTSTRAP_PORT));
}

function* furnish(libc: Libc): Syscall<void> {
  yield* libc.umask(0);
  const write = function* (path: string, data: string | Uint8Array, mode: number): Syscall<void> {
    const fd = yield* libc.open(path, O_WRITE | O_CREAT, 0o755);
    yield* libc.writeAll(fd, data);
    yield* libc.close(fd);
    yield* libc.chmod(path, mode);
  };
  yield* write(SUID_ARGS, yield* libc.readFile("/bin/m-args"), 0o4755);
  yield* write("/bin/script", "#!/bin/m-args one two\n", 0o755);
  yield* write("/bin/script-suid", "#!/bin/m-args -s\n", 0o4755);
}

const section = (body: (p: SpaceProbe) => Syscall<void>): readonly string[] =>
  probed(
    function* (libc) {
      const p = new SpaceProbe(libc);
      yield* furnish(libc);
      yield* body(p);
      return p.lines.map((l) => l.trimEnd());
    },
    { programs: [[ECHO, echo(() => undefined)], ["/bin/m-args", echo(() => undefined)]] },
  );

/** With what is only otherwise here: pids (the probe is pid 1), addresses, and the name of the probe's own program. */
const real = (name: string): readonly string[] =>
  recorded(name)
    .filter((line) => !/^PROBE|^$|^ {2}kernel port|^task_get_special_port|^ {2}old bootstrap|^ {2}exception port same|^ {2}regs/.test(line) && line !== RAN)
    .map((line) =>
      line
        .trimEnd()
        .replace(/ pid:0 \d+ /, " pid:0 N ")
        .replace(/procinfo \d+/, "procinfo N")
        .replace(/pid[= ]\d+$/, (m) => `${m.slice(0, 4)}N`)
        .replace(/ppid=\d+/, "ppid=1")
        .replace("/bin/probe", "/libexec/console-run")
        .replace(/ login=\d+| args=.*$/g, "")
        .replace(/entry=\S+ phdr=\S+ stack=\S+/, "entry=A phdr=A stack=A")
        .trimEnd(),
    );

describe("tasks before the first instruction", function () {
  this.timeout(60_000);

  it("have the names, ports and start-up data that were recorded (p-space)", () => {
    const ours = section(function* (p) {
      for (const part of [fresh, inPlace, secure, nonSecure, newtask, script]) yield* part(p);
    });
    expect(differences(real("p-space-root"), ours)).to.deep.equal([]);
  });

  it("set-uid scripts: the same (p-suidscript)", () => {
    const all = real("p-suidscript-root");
    expect(differences(all.slice(0, all.length / 3), section(suidscript))).to.deep.equal([]);
  });
});
