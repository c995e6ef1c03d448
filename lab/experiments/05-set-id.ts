/** E5: what each part of a secure exec is for (comparison.md §3; §8 M7). */
import { attempt } from "../../glibc-shim/errno.ts";
import { asFd, STDERR, type Libc } from "../../glibc-shim/libc.ts";
import { taskSelf } from "../../glibc-shim/rights.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { asPort, copySend, copySends, MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { encodeArgz } from "../../servers/interfaces/argz.ts";
import { execCall } from "../../servers/interfaces/exec.ts";
import type { Omission } from "../../servers/interfaces/holes.ts";
import { EXEC_NEWTASK, EXEC_SECURE, O_CREAT, O_EXEC, O_READ, O_RDWR, O_WRITE } from "../../servers/interfaces/hurd-types.ts";
import { FORGED_KEY, serveFakes } from "../hurd/hostile.ts";
import { PROGRAM, SET_UID_PROGRAM } from "../hurd/launcher.ts";
import { peerName } from "../hurd/props.ts";
import { Scene } from "../hurd/scene.ts";
import type { Conclusion, Experiment, Line, Outcome, Point, Replayed } from "../model/experiment.ts";
import type { Held, Launch } from "../model/launch.ts";

const PARTS = ["new task", "auth", "proc", "root", "environment", "descriptors"] as const;
type Part = (typeof PARTS)[number];
/** The switch of the system for a part. The last two are the C library's, which exec only tells that it is secure. */
const SWITCH: Readonly<Record<Part, Omission>> = {
  "new task": "secure-new-task", auth: "secure-auth", proc: "secure-proc", root: "secure-root", environment: "secure-environment", descriptors: "secure-descriptors",
};

const KEY = "/etc/key";
const HOSTILE_PLACE = "/tmp/hostile";
/** The attacker's name for S's task. */
const OLD_TASK = asPort(0x30000);

const fake = (object: string): Held => ({ object, kind: "send-right", rights: ["send"], at: [], closeOnExec: false });
/** Descriptor 2 is closed: the next file that is opened gets it. */
const launch: Launch = { holds: [fake("fake auth"), fake("fake proc"), fake("fake root"), { object: "tty", kind: "tty", rights: ["r", "w"], at: [0, 1], closeOnExec: false }], manifest: [], grant: [] };

/** What P found. */
interface Found {
  euid: number;
  key: string;
  keyAfter: string;
  place: string;
}

function* write(libc: Libc, path: string, text: string, mode: number): Syscall<void> {
  const fd = yield* libc.open(path, O_WRITE | O_CREAT, mode);
  yield* libc.writeAll(fd, text);
  yield* libc.close(fd);
  yield* libc.chmod(path, mode);
}

/** S: the set-uid file, or for a filesystem that lies its own file by its own word, with hostile ports in the array. */
function* exec(libc: Libc, ports: readonly MachPort[], lying: boolean): Syscall<number> {
  const path = lying ? PROGRAM : SET_UID_PROGRAM;
  const file = yield* libc.file_name_lookup(path, lying ? O_READ | O_EXEC : O_EXEC);
  const task = yield* taskSelf();
  const dtable = [yield* libc.fdPort(asFd(0)), yield* libc.fdPort(asFd(1))];
  const env = [`TMPDIR=${HOSTILE_PLACE}`];
  if (!lying) return yield* libc.hurdExec({ task, file, path, abspath: path, argv: [path], env, dtable, ports });
  const server = yield* libc.file_name_lookup("/servers/exec", 0);
  const { err } = yield* execCall.exec_exec_paths(server, {
    ...{ file: copySend(file), oldtask: task, flags: EXEC_SECURE | EXEC_NEWTASK, path, abspath: path, argv: encodeArgz([path]), envp: encodeArgz(env) },
    ...{ dtable: copySends(dtable), portarray: copySends(ports), intarray: [0, 0, 0, 0, 0], deallocnames: [], destroynames: [] },
  });
  return err;
}

/** P, a set-uid program: its key, then a message on standard error. */
function* useKey(libc: Libc, found: Found): Syscall<void> {
  const euid = yield* attempt(libc.geteuid());
  found.euid = euid.err ? -1 : euid.value;
  found.place = libc.environ.get("TMPDIR") ?? "";
  const key = yield* attempt(libc.open(KEY, O_RDWR));
  if (key.err) return;
  found.key = new TextDecoder().decode(yield* libc.pread(key.value, 16, 0));
  yield* attempt(libc.writeAll(STDERR, "no such user"));
  found.keyAfter = new TextDecoder().decode(yield* libc.pread(key.value, 16, 0));
}

/** The play at a point, and what came of it. */
function play({ omitted, filesystem }: Point, seed: number, transcribed = false): readonly [Scene, Outcome] {
  const flaw = Object.entries(SWITCH).find(([part]) => part === omitted)?.[1];
  const found: Found = { euid: -1, key: "", keyAfter: "", place: "" };
  const lying = filesystem === "lying";
  let hostile = 0;
  const scene = new Scene({
    ...{ launch, way: "secure", seed, transcribed, holes: flaw === undefined ? [] : [flaw] },
    *before(libc) {
      yield* write(libc, KEY, "real", 0o600);
      yield* write(libc, FORGED_KEY, "forged", 0o666);
    },
    *prepare(_libc, _scene, peer) {
      yield* machPortCall.mach_port_insert_right(peer, { name: OLD_TASK, poly: copySend(yield* taskSelf()) });
    },
    *peer(libc) {
      yield* libc.usleep(2000);
      yield* serveFakes(libc, { auth: peerName(0), proc: peerName(1), root: peerName(2) });
    },
    *start(libc, { props }) {
      const port = function* (object: string): Syscall<MachPort> {
        return (props === undefined ? undefined : yield* props.port(object)) ?? MACH_PORT_NULL;
      };
      const { cwdir, cttyid, auth } = libc.ports;
      const ports = [cwdir, yield* port("fake root"), lying ? auth : yield* port("fake auth"), yield* port("fake proc"), cttyid, MACH_PORT_NULL];
      return yield* exec(libc, ports, lying);
    },
    *program(libc, { stage: { eye } }) {
      hostile = new Set(eye.rightsOf(eye.running).filter((r) => r.what === "port of peer").map((r) => r.port)).size;
      yield* useKey(libc, found);
    },
  }).run();
  const controls = [...new Set([...(scene.first?.graph.controls ?? []), ...(scene.rest?.graph.controls ?? [])].filter((c) => c.by === "peer" || c.by === "S").map((c) => c.through))];
  const attacks = [
    ...controls.map((through) => `is controlled by its ${through}`),
    ...(found.key === "forged" ? ["reads the attacker's key"] : []),
    ...(found.key === "real" && found.keyAfter !== "real" ? ["writes its messages into the key"] : []),
    ...(found.place === HOSTILE_PLACE ? ["works in the attacker's directory"] : []),
  ];
  const dv = { ran: scene.first !== undefined, euid: found.euid, hostile, key: found.key, attacks: attacks.join(", "), control: controls.length };
  return [scene, { dv, schedule: "" }];
}

const run = (point: Point, seed: number): Outcome => play(point, seed)[1];

/** Marked: what the attacker's servers are asked, and what they answer. */
function replay(point: Point, seed: number): Replayed {
  const [scene, outcome] = play(point, seed, true);
  return { steps: scene.told(({ from, to, routine }) => (routine.startsWith("reply ") ? from === "peer" && to !== "kernel" : to === "peer" && from !== "kernel")), outcome };
}

function conclude(lines: readonly Line[]): Conclusion {
  const of = (omitted: string, filesystem = "honest"): Line | undefined => lines.find((l) => l.iv.omitted === omitted && l.iv.filesystem === filesystem);
  const whole = of("nothing");
  const lying = of("nothing", "lying");
  const attacks = PARTS.map((part) => [part, String(of(part)?.dv.attacks)] as const);
  const needed = attacks.filter(([, attack]) => attack !== "" && attack !== "undefined");
  const safe = whole?.dv.attacks === "" && whole.dv.ran === true && whole.dv.key === "real";
  const powerless = lying?.dv.euid === 1000 && lying.dv.attacks === "" && lying.dv.key === "";
  const text = [
    safe ? "With all parts the program is root's, runs alone, and reads its own key, whatever ports it came with." : "Even with all parts something goes wrong.",
    ...needed.map(([part, attack]) => `Without ${part} it ${attack}.`),
    needed.length === PARTS.length ? "So the minimal safe subset is all of them." : `Not needed here: ${PARTS.filter((p) => !needed.some(([n]) => n === p)).join(", ")}.`,
    powerless ? "A filesystem that lies about EXEC_SECURE gets its own file run as who asked, and nothing else." : "A filesystem that lies gains something.",
  ];
  return { asExpected: safe && needed.length === PARTS.length && new Set(needed.map(([, a]) => a)).size >= PARTS.length - 1 && powerless, text: text.join(" ") };
}

export const experiment: Experiment = {
  name: "e05-set-id",
  title: "Set-id confusion: the parts of a secure exec",
  question: "A set-uid program is started by somebody who gives it hostile ports, a closed descriptor 2 and a bad environment. Which part of EXEC_SECURE keeps which attack away?",
  setUp:
    "A booted Hurd that is built without one part. guest execs a set-uid root program with an auth, a proc and a root port of his own, keeps his task port, closes descriptor 2 and sets TMPDIR. The program opens /etc/key and says something on standard error. Resource limits are no part: each program's library has its own, and exec carries none. A lying filesystem asks the exec server for EXEC_SECURE on guest's own file.",
  independent: [
    { name: "omitted", what: "the part that the system lacks (environment, descriptors: the part of the C library, which the flag tells)", values: ["nothing", ...PARTS] },
    { name: "filesystem", what: "honest, or guest's own", values: ["honest", "lying"] },
  ],
  dependent: [
    { name: "ran", what: "P came to main" },
    { name: "euid", what: "its effective uid, by its own auth port" },
    { name: "hostile", what: "ports of the attacker in its space" },
    { name: "key", what: "what it read at /etc/key" },
    { name: "attacks", what: "what the attacker achieved" },
    { name: "control", what: "ways in which the attacker can steer it" },
  ],
  expected: "Each omitted part yields an attack of its own; a lying filesystem gains nothing beyond its own file.",
  plot: { mark: "cell", x: "filesystem", y: "omitted", colour: "attacks" },
  sensible: ({ omitted, filesystem }) => filesystem === "honest" || omitted === "nothing",
  run,
  replay,
  conclude,
};
