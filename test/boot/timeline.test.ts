import { expect } from "chai";
import type { KernelEvent } from "../../mach/kern/events.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import { runCommands } from "../../boot/session.ts";
import { msgidName } from "../../servers/interfaces/catalogue.ts";

/** One message of the boot, by who sent it, who got it, and the ports that it carries (0 null, -1 dead). */
interface Seen {
  readonly from: string;
  readonly to: string;
  readonly routine: string;
  readonly ports: readonly number[];
  readonly port: number;
}

/** The cast of boot.md, in the order in which the kernel makes the tasks. */
const cast = ["K", "FS", "EX", "ST", "P", "A", "I"];
const role = (task: number): string => cast[task] ?? `task ${task}`;

type Sent = Extract<KernelEvent, { kind: "message-sent" }>;
const isRight = (type: number): boolean => type >= 16 && type <= 21;

/** A Hurd interface begins at a thousand or at five hundred, and its replies a hundred later. */
function routineName(id: number): string {
  const request = id >= 20000 && Math.floor(id / 100) % 5 === 1 ? msgidName(id - 100) : undefined;
  return request === undefined ? (msgidName(id) ?? String(id)) : `${request} reply`;
}

/** Every message of a boot, requests and replies. A port that no task receives from is the kernel's. */
function bootMessages(): readonly Seen[] {
  const sent: { readonly event: Sent; to: string }[] = [];
  const listen = (machine: Machine): void => {
    machine.tap.listen((e) => {
      if (e.kind === "message-sent") sent.push({ event: e, to: "K" });
      if (e.kind === "message-received") {
        const which = sent.find((s) => s.to === "K" && s.event.port === e.port && s.event.id === e.id);
        if (which) which.to = role(e.task);
      }
    });
  };
  runCommands({ commands: "true", observe: listen });
  return sent.map(({ event, to }) => ({
    from: role(event.task),
    to,
    routine: routineName(event.id),
    ports: event.items.filter((i) => isRight(i.type)).flatMap((i) => i.data as number | readonly number[]),
    port: event.port,
  }));
}

/** A step of boot.md's timeline: who, to whom, what, and which ports. A name stands for one port all through; "0" is null, "_" any. */
type Step = readonly [step: string, from: string, to: string, routine: string, ports?: string];

/** boot.md §3, phases B to H, where the order is the order of one chain of cause and effect. */
const timeline: readonly Step[] = [
  ["4", "FS", "K", "task_set_special_port", "execboot"],
  ["4", "FS", "K", "task_resume"],
  ["5", "EX", "FS", "exec_startup_get_info"],
  ["6", "FS", "EX", "exec_startup_get_info reply", "console console console root0 root0 0 0 0 execboot"],
  ["8", "EX", "FS", "fsys_startup", "control"],
  ["9", "FS", "EX", "fsys_getroot", "_"],
  ["9", "EX", "FS", "fsys_getroot reply", "exec_root"],
  ["9", "FS", "FS", "dir_lookup"],
  ["9", "FS", "FS", "file_set_translator", "control"],
  ["10", "FS", "K", "task_create"],
  ["12", "FS", "EX", "exec_exec", "_ startup_task console console console root root 0 0 0 bootinfo"],
  ["13", "ST", "EX", "exec_startup_get_info"],
  ["13", "EX", "ST", "exec_startup_get_info reply", "console console console root root 0 0 0 bootinfo"],
  ["14", "ST", "FS", "fsys_getpriv"],
  ["14", "FS", "ST", "fsys_getpriv reply", "host_priv device_master fs_task"],
  ["17", "ST", "K", "task_create"],
  ["17", "ST", "FS", "file_exec_paths", "proc_task console console console root root 0 0 0 startup"],
  ["17", "FS", "EX", "exec_exec_paths", "_ proc_task console console console root root 0 0 0 startup"],
  ["18", "ST", "K", "task_create"],
  ["18", "ST", "FS", "file_exec_paths", "auth_task console console console root root 0 0 0 startup"],
  ["20", "P", "ST", "startup_procinit", "pid2"],
  ["21", "A", "ST", "startup_authinit", "root_auth"],
  ["23", "ST", "P", "startup_procinit reply", "startup_task root_auth host_priv device_master"],
  ["24", "ST", "P", "proc_mark_important_request"],
  ["24", "ST", "P", "proc_mark_exec_request"],
  ["24", "ST", "P", "proc_set_exe"],
  ["25", "ST", "P", "proc_child_request", "fs_task"],
  ["25", "ST", "P", "proc_child_request", "auth_task"],
  ["26", "ST", "P", "proc_task2proc_request", "auth_task"],
  ["26", "ST", "P", "proc_mark_important_request"],
  ["26", "ST", "P", "proc_mark_exec_request"],
  ["26", "ST", "P", "proc_set_exe"],
  ["27", "ST", "FS", "dir_lookup"],
  ["27", "ST", "FS", "file_set_translator", "startup"],
  ["28", "ST", "A", "startup_authinit reply", "auth_proc"],
  ["29", "ST", "P", "proc_set_arg_locations_request"],
  ["30", "ST", "P", "proc_child_request", "proc_task"],
  ["30", "ST", "P", "proc_mark_important_request"],
  ["30", "ST", "P", "proc_mark_exec_request"],
  ["30", "ST", "P", "proc_set_exe"],
  ["30", "ST", "P", "proc_register_version_request", "host_priv"],
  ["31", "ST", "P", "proc_task2proc_request", "fs_task"],
  ["31", "ST", "P", "proc_mark_important_request"],
  ["31", "ST", "P", "proc_set_exe"],
  ["32", "ST", "P", "proc_setmsgport_request", "startup"],
  ["33", "ST", "FS", "fsys_init", "fs_proc root_auth"],
  ["33", "FS", "ST", "fsys_init reply"],
  ["34", "FS", "P", "proc_task2proc_request", "exec_task"],
  ["34", "FS", "P", "proc_child_request", "exec_task"],
  ["34", "FS", "P", "proc_mark_exec_request"],
  ["35", "FS", "EX", "exec_init", "root_auth exec_proc"],
  ["35", "EX", "P", "proc_setmsgport_request", "_"],
  ["35", "EX", "P", "proc_execdata_notify_request", "_"],
  ["35", "EX", "P", "proc_getprivports_request"],
  ["35", "EX", "P", "proc_register_version_request", "host_priv"],
  ["35", "EX", "FS", "dir_lookup"],
  ["35", "EX", "ST", "startup_essential_task", "exec_task 0 host_priv"],
  ["35", "EX", "FS", "exec_init reply"],
  ["37", "FS", "P", "proc_setmsgport_request", "_"],
  ["37", "FS", "P", "proc_register_version_request", "host_priv"],
  ["37", "FS", "FS", "dir_lookup"],
  ["37", "FS", "ST", "startup_essential_task", "fs_task 0 host_priv"],
  ["39", "ST", "FS", "startup_essential_task reply"],
  ["40", "ST", "A", "auth_makeauth"],
  ["40", "ST", "FS", "io_reauthenticate", "_"],
  ["40", "ST", "A", "auth_user_authenticate_request", "_"],
  ["40", "ST", "FS", "io_reauthenticate", "_"],
  ["40", "ST", "A", "auth_user_authenticate_request", "_"],
  ["40", "ST", "P", "proc_setexecdata_request", "std_cwdir std_crdir null_auth 0 0 0"],
  ["40", "P", "EX", "exec_setexecdata", "std_cwdir std_crdir null_auth 0 0 0"],
  ["41", "ST", "P", "proc_child_request", "kernel_task"],
  ["41", "ST", "P", "proc_mark_important_request"],
  ["41", "ST", "P", "proc_set_arg_locations_request"],
  ["44", "ST", "FS", "dir_lookup"],
  ["44", "ST", "K", "task_create"],
  ["44", "K", "P", "mach_notify_new_task", "init_task _"],
  ["44", "ST", "P", "proc_set_init_task_request", "init_task"],
  ["44", "ST", "P", "proc_task2pid_request", "init_task"],
  ["44", "ST", "P", "proc_task2proc_request", "init_task"],
  ["44", "ST", "FS", "file_exec_paths", "init_task root root root_auth init_proc 0 0"],
  ["44", "FS", "EX", "exec_exec_paths", "_ init_task root root root_auth init_proc 0 0"],
  ["44", "ST", "P", "proc_mark_important_request"],
  ["45", "I", "P", "proc_getprivports_request"],
  ["45", "I", "FS", "dir_lookup"],
  ["45", "I", "P", "proc_make_login_coll_request"],
  ["45", "I", "FS", "file_exec_paths"],
];

/** What other tasks do meanwhile: each its own chain. */
const beside: Readonly<Record<string, readonly Step[]>> = {
  "proc, after its reply": [
    ["23", "P", "K", "register_new_task_notification", "_"],
    ["23", "P", "FS", "dir_lookup"],
    ["32", "P", "ST", "startup_essential_task", "proc_task 0 host_priv"],
  ],
  "auth, after its reply": [
    ["28", "A", "P", "proc_getprivports_request"],
    ["28", "A", "P", "proc_register_version_request", "host_priv"],
    ["28", "A", "P", "proc_setmsgport_request", "_"],
    ["28", "A", "FS", "dir_lookup"],
    ["28", "A", "ST", "startup_essential_task", "auth_task 0 host_priv"],
  ],
  "the kernel is told which tasks are essential": [
    ["38", "ST", "K", "task_set_essential"],
    ["38", "ST", "K", "task_set_essential"],
    ["38", "ST", "K", "task_set_essential"],
    ["38", "ST", "K", "task_set_essential"],
  ],
};

/** Finds the steps in the messages in this order; binds the names of ports. Answers the steps that are not there. */
function follow(messages: readonly Seen[], steps: readonly Step[], ports: Map<string, number>): readonly string[] {
  const missing: string[] = [];
  let at = 0;
  for (const [step, from, to, routine, names] of steps) {
    const wanted = names?.split(" ");
    const found = messages.findIndex((m, i) => i >= at && m.from === from && m.to === to && m.routine === routine && agrees(m, wanted, ports));
    if (found < 0) {
      const near = messages.slice(at).find((m) => m.from === from && m.routine === routine);
      missing.push(`step ${step}: ${from} => ${to} ${routine} {${names ?? ""}}; nearest ${near ? `=> ${near.to} {${near.ports.join(" ")}}` : "none"}`);
      continue;
    }
    wanted?.forEach((name, i) => bind(name, messages[found]?.ports[i] ?? 0, ports));
    at = found + 1;
  }
  return missing;
}

const agrees = (m: Seen, wanted: readonly string[] | undefined, ports: ReadonlyMap<string, number>): boolean =>
  wanted === undefined ||
  (wanted.length === m.ports.length &&
    wanted.every((name, i) => name === "_" || (name === "0" ? m.ports[i] === 0 : (ports.get(name) ?? m.ports[i]) === m.ports[i] && m.ports[i] !== 0)));

function bind(name: string, port: number, ports: Map<string, number>): void {
  if (name !== "_" && name !== "0") ports.set(name, port);
}

describe("the boot, against the numbered timeline of boot.md", () => {
  const messages = bootMessages();
  const ports = new Map<string, number>();

  it("goes through phases B to H in order, every port in its place", () => {
    expect(follow(messages, timeline, ports)).to.deep.equal([]);
  });
  for (const [who, steps] of Object.entries(beside)) {
    it(who, () => {
      expect(follow(messages, steps, ports)).to.deep.equal([]);
    });
  }
  it("names different things by different ports", () => {
    const distinct = ["execboot", "control", "exec_root", "bootinfo", "startup", "pid2", "root_auth", "host_priv", "device_master", "null_auth", "std_cwdir", "std_crdir"];
    expect(new Set(distinct.map((n) => ports.get(n))).size).to.equal(distinct.length);
  });
});
