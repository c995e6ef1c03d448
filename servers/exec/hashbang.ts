/** Scripts: "#!" and the interpreter's name on the first line (exec.md §6). */
import { copySends, MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import { Mig, type Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { decodeArgz, decodeEnvz, encodeArgz } from "../interfaces/argz.ts";
import { Errno } from "../interfaces/errno.ts";
import { fsCall } from "../interfaces/fs.ts";
import { EXEC_DEFAULTS, EXEC_SECURE, INIT_PORT_AUTH, INIT_PORT_CRDIR, INIT_PORT_CWDIR, O_EXEC, PAGE_SIZE } from "../interfaces/hurd-types.ts";
import { ioCall } from "../interfaces/io.ts";
import { reauthenticate } from "../lib/reauth.ts";
import { joined } from "./environment.ts";
import type { ExecFile, Result } from "./file.ts";
import { lookupWith } from "./names.ts";
import type { ExecRequest } from "./request.ts";
import type { StdData, StdDataCell } from "./std-data.ts";

/** `_CS_PATH`. */
const DEFAULT_PATH = "/bin:/usr/bin";

/** What the first line says. */
export interface HashBang {
  readonly interpreter: string;
  /** All that follows it, as one argument. */
  readonly argument: string | undefined;
}

/** Reads a first line; undefined when it does not begin with "#!". Longer lines than a page are cut. A blank behind a NUL parts nothing: the name ends there, its bytes go on. */
export function parseHashBang(start: Uint8Array): HashBang | undefined {
  if (start[0] !== 0x23 || start[1] !== 0x21) return undefined;
  const text = new TextDecoder().decode(start.subarray(2, PAGE_SIZE));
  const line = (text.split("\n", 1)[0] ?? "").replace(/^[ \t]+/, "");
  const [, interpreter = line, rest = ""] = /^([^ \t\0]*)[ \t]+(.*?)[ \t]*$/s.exec(line) ?? [];
  return { interpreter, argument: rest === "" ? undefined : rest };
}

type Code = 0 | Failure;

/** What the interpreter is to be called with. `file` is a right of ours. */
interface Call {
  readonly file: MachPort;
  readonly path: string;
  readonly argv: Uint8Array;
  readonly dtable: readonly MachPort[];
}

/**
 * Runs the script's interpreter on it, if it is a script: ENOEXEC when not. `request` has the old task suspended; 0: the whole request is done. The standard
 * data are read only for the lookups, not while the interpreter is being started.
 */
export function* execScript(file: ExecFile, request: ExecRequest, std: StdDataCell): Syscall<Code> {
  const start = yield* file.read(0, PAGE_SIZE);
  if (start.err) return start.err;
  const script = parseHashBang(start.value);
  if (script === undefined) return Errno.ENOEXEC;
  const call = yield* std.read((data) => prepare(script, request, data));
  if (call.err) return call.err;
  const code = yield* execInterpreter(call.value, request);
  yield* deallocate(call.value.file);
  return code;
}

/** The request's ports for lookups, with standard ones where it has none (DEFAULTS) or may not choose (SECURE). Those are made when a name needs them. */
class LentPorts {
  private readonly request: ExecRequest;
  private readonly std: StdData | undefined;
  private readonly made = new Map<number, MachPort>();

  constructor(request: ExecRequest, std: StdData | undefined) {
    this.request = request;
    this.std = std;
  }

  private get secure(): boolean {
    return (this.request.flags & EXEC_SECURE) !== 0;
  }

  private standard(which: number): MachPort {
    return this.std?.ports[which] ?? MACH_PORT_NULL;
  }

  /** The request's own, or with DEFAULTS the standard one. */
  private chosen(which: number): MachPort {
    const given = this.request.portarray[which] ?? MACH_PORT_NULL;
    return given === MACH_PORT_NULL && this.request.flags & EXEC_DEFAULTS ? this.standard(which) : given;
  }

  /** Makes a directory ready for lookups: the standard ones, and with SECURE any, are as AUTH is entitled to them. */
  private *ready(which: number): Syscall<Code> {
    if (this.std === undefined || this.made.has(which)) return 0;
    const { secure } = this;
    const port = secure && which === INIT_PORT_CRDIR ? this.standard(which) : this.chosen(which);
    if (!secure && (port === MACH_PORT_NULL || port !== this.standard(which))) return 0;
    const own = yield* reauthenticate(this.chosen(INIT_PORT_AUTH), port);
    if (own.err) return own.err;
    this.made.set(which, own.value);
    return 0;
  }

  /** What a lookup uses: with SECURE no directory that has not been made ready. */
  private usable(which: number): MachPort {
    const directory = which === INIT_PORT_CRDIR || which === INIT_PORT_CWDIR;
    return this.made.get(which) ?? (this.secure && directory ? MACH_PORT_NULL : this.chosen(which));
  }

  /** A new right to the file of that name. From a relative name a link may lead to the root. */
  *lookup(path: string, flags: number): Syscall<Result<MachPort>> {
    if (path === "") return { err: Errno.ENOENT };
    const code = yield* this.ready(path.startsWith("/") ? INIT_PORT_CRDIR : INIT_PORT_CWDIR);
    if (code !== 0) return { err: code };
    yield* this.ready(INIT_PORT_CRDIR);
    return yield* lookupWith((which) => this.usable(which), this.request.dtable, path, flags);
  }

  *giveBack(): Syscall<void> {
    for (const port of this.made.values()) yield* deallocate(port);
  }
}

function* prepare(script: HashBang, request: ExecRequest, std: StdData | undefined): Syscall<Result<Call>> {
  const lent = new LentPorts(request, std);
  const path = script.interpreter.split("\0", 1)[0] ?? "";
  const found = yield* lent.lookup(path, O_EXEC);
  if (found.err) {
    yield* lent.giveBack();
    return found;
  }
  const { name, dtable } = yield* scriptName(request, lent);
  yield* lent.giveBack();
  return { err: 0, value: { file: found.value, path, argv: argvFor(script, name, request.argv), dtable } };
}

/** Interpreter, its argument if any, the script's name, and what followed argv[0]: those bytes as they are. */
function argvFor({ interpreter, argument }: HashBang, name: string, argv: Uint8Array): Uint8Array {
  const end = argv.indexOf(0);
  const words = encodeArgz(argument === undefined ? [interpreter, name] : [interpreter, argument, name]);
  return joined(words, argv.subarray(end < 0 ? argv.length : end + 1));
}

/** As any client of the interpreter's filesystem. */
function* execInterpreter({ file, path, argv, dtable }: Call, request: ExecRequest): Syscall<Code> {
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
function* scriptName(request: ExecRequest, lent: LentPorts): Syscall<Named> {
  const { dtable } = request;
  if ((request.flags & EXEC_SECURE) === 0) {
    if (request.path !== "") return { name: request.path, dtable };
    const guess = yield* guessName(request, lent);
    if (guess !== undefined) return { name: guess, dtable };
  }
  const free = dtable.indexOf(MACH_PORT_NULL);
  const fd = free < 0 ? dtable.length : free;
  const extended = [...dtable];
  extended[fd] = request.file;
  return { name: `/dev/fd/${fd}`, dtable: extended };
}

/** argv[0], or the first file of that name in $PATH, if it is the same file. */
function* guessName(request: ExecRequest, lent: LentPorts): Syscall<string | undefined> {
  const wanted = yield* identity(request.file);
  if (wanted.err) return undefined;
  const found = yield* guessed(request, lent);
  const id = found === undefined ? undefined : yield* identity(found.port);
  if (found !== undefined) yield* deallocate(found.port);
  if (id?.err === 0) yield* deallocate(id.value);
  yield* deallocate(wanted.value);
  return id?.err === 0 && id.value === wanted.value ? found?.name : undefined;
}

function* guessed(request: ExecRequest, lent: LentPorts): Syscall<{ readonly name: string; readonly port: MachPort } | undefined> {
  const name = decodeArgz(request.argv)[0] ?? "";
  const path = decodeEnvz(request.envp).get("PATH") ?? DEFAULT_PATH;
  const direct = name.includes("/");
  for (const candidate of direct ? [name] : path.split(":").map((dir) => inDirectory(dir, name))) {
    const found = yield* lent.lookup(candidate, direct ? 0 : O_EXEC);
    if (found.err === 0) return { name: candidate, port: found.value };
  }
  return undefined;
}

/** An element of $PATH and a name: nothing is the working directory. */
function inDirectory(dir: string, name: string): string {
  const prefix = dir === "" ? "." : dir;
  return prefix.endsWith("/") ? `${prefix}${name}` : `${prefix}/${name}`;
}

/** The port that stands for the file itself, however it was opened. */
function* identity(file: MachPort): Syscall<Result<MachPort>> {
  const answer = yield* ioCall.io_identity(file, {});
  if (answer.err) return { err: answer.err };
  yield* deallocate(answer.fsidport);
  return { err: 0, value: answer.idport };
}
