/**
 * cloudabi-run and cloudabi-reexec (cloudabi.md §8): a program of the host reads the configuration, makes what it asks for, and starts the helper with everything open;
 * the helper, in CloudABI already, starts the real program with what the tree names. What was open by accident reaches the helper and no further.
 */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { getFd } from "../argdata/get.ts";
import { iterateSeq } from "../argdata/iterate.ts";
import { fd as fdNode, map, seq, type Argdata } from "../argdata/node.ts";
import { Errno, errnoName, fail, ok, type Result } from "../errno.ts";
import { flowerCall } from "../flower/client.ts";
import { fdClose, fdWrite } from "../libc/calls.ts";
import { hostOpen, hostProgramExec, hostSocket } from "../libc/host.ts";
import { programExec, programMain } from "../libc/program.ts";
import { ConfigurationError, readConfiguration, type Wanted } from "./configuration.ts";

/** Where the helper lies on the host. */
export const REEXEC_PATH = "/libexec/cloudabi-reexec";
/** The status of a launcher that could not launch. */
const FAILED = 127;
const STDERR = 2;

function* complain(text: string): Syscall<number> {
  yield* fdWrite(STDERR, new TextEncoder().encode(`${text}\n`));
  return FAILED;
}

/** The tree, with what it asks for opened now. `execfd`: what `!executable` stands for. */
function* build(wanted: Wanted, execfd: number): Syscall<Result<Argdata>> {
  switch (wanted.kind) {
    case "value":
      return ok(wanted.ad);
    case "fd":
      return fdNode(wanted.fd);
    case "executable":
      return fdNode(execfd);
    case "file":
      return yield* opened(hostOpen(wanted.path));
    case "socket":
      return yield* opened(hostSocket(wanted.type, wanted));
    case "switchboard":
      return yield* handle(wanted);
    case "seq": {
      const entries = yield* buildAll(wanted.entries, execfd);
      return entries.err === 0 ? ok(seq(entries.value)) : entries;
    }
    case "map": {
      const flat = yield* buildAll(wanted.entries.flat(), execfd);
      if (flat.err !== 0) return flat;
      const { value } = flat;
      return ok(map(value.flatMap((key, i) => (i % 2 === 0 && value[i + 1] !== undefined ? [[key, value[i + 1] as Argdata] as const] : []))));
    }
  }
}

function* buildAll(wanted: readonly Wanted[], execfd: number): Syscall<Result<readonly Argdata[]>> {
  const nodes: Argdata[] = [];
  for (const w of wanted) {
    const node = yield* build(w, execfd);
    if (node.err !== 0) return node;
    nodes.push(node.value);
  }
  return ok(nodes);
}

/** Connects to the switchboard, and keeps of that connection a constrained one only. EACCES: it refuses. */
function* handle({ path, rights, inLabels, outLabels }: Extract<Wanted, { kind: "switchboard" }>): Syscall<Result<Argdata>> {
  const root = yield* hostSocket("stream", { path });
  if (root.err !== 0) return root;
  const { fd } = yield* flowerCall(root.value, { call: "Constrain", rights, inLabels, outLabels });
  yield* fdClose(root.value);
  return fd === undefined ? fail(Errno.EACCES) : fdNode(fd);
}

function* opened(open: Syscall<Result<number>>): Syscall<Result<Argdata>> {
  const fd = yield* open;
  return fd.err === 0 ? fdNode(fd.value) : fail(fd.err);
}

/** `cloudabi-run EXECUTABLE < yaml`, by a process of the host. Comes back only when it failed: with 127, after one line on descriptor 2. */
export function* cloudabiRun(executable: string, yaml: string): Syscall<number> {
  const execfd = yield* hostOpen(executable, true);
  if (execfd.err !== 0) return yield* complain(`Failed to open executable: ${errnoName(execfd.err)}`);
  let wanted: Wanted;
  try {
    wanted = readConfiguration(yaml);
  } catch (e) {
    if (e instanceof ConfigurationError) return yield* complain(e.message);
    throw e;
  }
  const ad = yield* build(wanted, execfd.value);
  if (ad.err !== 0) return yield* complain(`Failed to open what the configuration asks for: ${errnoName(ad.err)}`);
  return yield* complain(`Failed to start executable: ${errnoName(yield* hostProgramExec(REEXEC_PATH, execfd.value, ad.value))}`);
}

/** The helper: its arguments are a pair of the executable and the real program's arguments. */
export const reexec = programMain(function* (ad) {
  const pair = iterateSeq(ad);
  const target = pair.get();
  const execfd = target === undefined ? undefined : getFd(target);
  if (execfd?.err !== 0) return yield* complain("Failed to extract executable file descriptor");
  pair.next();
  const argv = pair.get();
  if (argv === undefined) return yield* complain("Failed to extract argument data");
  return yield* complain(`Failed to start executable: ${errnoName(yield* programExec(execfd.value, argv))}`);
});
