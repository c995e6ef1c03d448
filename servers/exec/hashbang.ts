/** Scripts: "#!" and the interpreter's name on the first line (exec.md §6). */
import { copySends, MACH_PORT_NULL, portValid, type MachPort } from "../../mach/ipc/names.ts";
import { Mig, type Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { decodeArgz, decodeEnvz, encodeArgz } from "../interfaces/argz.ts";
import { Errno } from "../interfaces/errno.ts";
import { fsCall } from "../interfaces/fs.ts";
import { EXEC_DEFAULTS, EXEC_SECURE, INIT_PORT_AUTH, INIT_PORT_CRDIR, INIT_PORT_CWDIR, O_EXEC, PAGE_SIZE } from "../interfaces/hurd-types.ts";
import { ioCall } from "../interfaces/io.ts";
import type { ExecFile, Result } from "./file.ts";
import { lookupWith } from "./names.ts";
import type { ExecRequest } from "./request.ts";
import { standardFor } from "./slots.ts";
import type { StdData } from "./std-data.ts";

/** What the first line says. */
export interface HashBang {
  readonly interpreter: string;
  /** All that follows it, as one argument. */
  readonly argument: string | undefined;
}

/** Reads a first line; undefined when it does not begin with "#!". Longer lines than a page are cut. */
export function parseHashBang(start: Uint8Array): HashBang | undefined {
  if (start[0] !== 0x23 || start[1] !== 0x21) return undefined;
  const text = new TextDecoder().decode(start.subarray(2, PAGE_SIZE));
  const line = text.split("\n", 1)[0] ?? "";
  const [, interpreter = "", rest = ""] = /^[ \t]*([^ \t]*)[ \t]*(.*?)[ \t]*$/s.exec(line) ?? [];
  return { interpreter, argument: rest === "" ? undefined : rest };
}

type Code = 0 | Failure;
type Ports = (which: number) => MachPort;

/** Runs the script's interpreter on it, if it is a script: ENOEXEC when not. `request` has the old task suspended; 0: the whole request is done. */
export function* execScript(file: ExecFile, request: ExecRequest, std: StdData | undefined): Syscall<Code> {
  const start = yield* file.read(0, PAGE_SIZE);
  if (start.err) return Errno.ENOEXEC;
  const script = parseHashBang(start.value);
  if (script === undefined) return Errno.ENOEXEC;
  const lent = new LentPorts(request, std);
  const code = yield* runInterpreter(script, request, lent);
  yield* lent.giveBack();
  return code;
}

/** The request's ports for lookups, with standard ones where it has none (DEFAULTS) or may not choose (SECURE). */
class LentPorts {
  private readonly request: ExecRequest;
  private readonly std: StdData | undefined;
  private readonly made = new Map<number, MachPort>();
  readonly port: Ports;

  constructor(request: ExecRequest, std: StdData | undefined) {
    this.request = request;
    this.std = std;
    const port: Ports = (which) => this.made.get(which) ?? request.portarray[which] ?? MACH_PORT_NULL;
    this.port = port;
  }

  /** Fetches what the lookup will need. */
  *fetch(): Syscall<Code> {
    const { flags } = this.request;
    if ((flags & (EXEC_SECURE | EXEC_DEFAULTS)) === 0) return 0;
    for (const which of [INIT_PORT_CRDIR, INIT_PORT_CWDIR]) {
      const must = which === INIT_PORT_CRDIR && (flags & EXEC_SECURE) !== 0;
      if (!must && this.port(which) !== MACH_PORT_NULL) continue;
      const auth = this.port(INIT_PORT_AUTH);
      const port = yield* standardFor(auth === MACH_PORT_NULL ? (this.std?.ports[INIT_PORT_AUTH] ?? auth) : auth, which, this.std);
      if (port.err !== 0) return port.err;
      this.made.set(which, port.value);
    }
    return 0;
  }

  *giveBack(): Syscall<void> {
    for (const port of this.made.values()) yield* deallocate(port);
  }
}

function* runInterpreter(script: HashBang, request: ExecRequest, lent: LentPorts): Syscall<Code> {
  const fetched = yield* lent.fetch();
  if (fetched !== 0) return fetched;
  const found = yield* lookupWith(lent.port, request.dtable, script.interpreter, O_EXEC);
  if (found.err) return found.err;
  const named = yield* scriptName(request, lent.port);
  const [, ...rest] = decodeArgz(request.argv);
  const argument = script.argument === undefined ? [] : [script.argument];
  const argv = encodeArgz([script.interpreter, ...argument, named.name, ...rest]);
  const code = yield* execInterpreter(found.value, script.interpreter, request, argv, named.dtable);
  yield* deallocate(found.value);
  return code;
}

/** As any client of the interpreter's filesystem. */
function* execInterpreter(file: MachPort, path: string, request: ExecRequest, argv: Uint8Array, dtable: readonly MachPort[]): Syscall<Code> {
  const arrays = {
    argv,
    envp: request.envp,
    fdarray: copySends(dtable),
    portarray: copySends(request.portarray),
    intarray: request.intarray,
    deallocnames: request.deallocnames,
    destroynames: request.destroynames,
  };
  const target = { exec_task: request.oldtask, flags: request.flags };
  const { err } = yield* fsCall.file_exec_paths(file, { ...target, path, abspath: path, ...arrays });
  return err === Mig.BAD_ID ? (yield* fsCall.file_exec(file, { ...target, ...arrays })).err : err;
}

interface Named {
  readonly name: string;
  readonly dtable: readonly MachPort[];
}

/** By which name the interpreter can open the script: its path, a guess that proves right, or a descriptor (exec.md §6 step 4). */
function* scriptName(request: ExecRequest, ports: Ports): Syscall<Named> {
  const { dtable } = request;
  if ((request.flags & EXEC_SECURE) === 0) {
    if (request.path !== "") return { name: request.path, dtable };
    const guess = yield* guessName(request, ports);
    if (guess !== undefined) return { name: guess, dtable };
  }
  const free = dtable.indexOf(MACH_PORT_NULL);
  const fd = free < 0 ? dtable.length : free;
  const extended = [...dtable];
  extended[fd] = request.file;
  return { name: `/dev/fd/${fd}`, dtable: extended };
}

/** argv[0], or that name in $PATH, if it is the same file. */
function* guessName(request: ExecRequest, ports: Ports): Syscall<string | undefined> {
  const name = decodeArgz(request.argv)[0];
  if (name === undefined || name === "") return undefined;
  const path = decodeEnvz(request.envp).get("PATH") ?? "";
  const candidates = name.includes("/") ? [name] : path.split(":").map((dir) => (dir === "" ? name : `${dir}/${name}`));
  const wanted = yield* identity(request.file);
  if (wanted.err) return undefined;
  let right: string | undefined;
  for (const candidate of candidates) {
    if (yield* isFile(candidate, wanted.value, request, ports)) {
      right = candidate;
      break;
    }
  }
  yield* deallocate(wanted.value);
  return right;
}

function* isFile(candidate: string, wanted: MachPort, request: ExecRequest, ports: Ports): Syscall<boolean> {
  const found = yield* lookupWith(ports, request.dtable, candidate, 0);
  if (found.err) return false;
  const id = yield* identity(found.value);
  yield* deallocate(found.value);
  if (id.err) return false;
  yield* deallocate(id.value);
  return portValid(id.value) && id.value === wanted;
}

/** The port that stands for the file itself, however it was opened. */
function* identity(file: MachPort): Syscall<Result<MachPort>> {
  const answer = yield* ioCall.io_identity(file, {});
  if (answer.err) return { err: answer.err };
  yield* deallocate(answer.fsidport);
  return { err: 0, value: answer.idport };
}
