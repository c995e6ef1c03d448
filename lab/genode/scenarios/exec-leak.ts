/** What children inherit besides what they were meant to have (genode-linux.md §7.4; G5, G15, M10). */
import type { Knobs } from "../base/knobs.ts";
import { startProcess } from "../base/process.ts";
import { Stage } from "../base/stage.ts";
import type { LinuxProcess } from "../linux/kernel.ts";
import { pause } from "../linux/libc.ts";
import { arrive, server, type Server } from "./cast.ts";
import { receiveAll } from "./identity.ts";

export interface ExecLeak {
  readonly knobs: Knobs;
  /** Client sockets of other entrypoints that the creator has received. */
  readonly received: number;
  /** Objects on each of those. */
  readonly objects: number;
  readonly children: number;
}

export interface ChildLeak {
  /** Descriptors of the child when its program starts. */
  readonly fds: readonly number[];
  /** Entrypoints that it reaches by inherited descriptors, its parent's at 100 not counted. */
  readonly leaked: number;
  /** Objects on those. */
  readonly reachable: number;
}

/** The creator, which stands at 0, 1, 2 with its terminal, receives and then starts its children. */
export function execLeak({ knobs, received, objects, children }: ExecLeak): readonly ChildLeak[] {
  const stage = new Stage({ knobs });
  stage.kernel.addFile("/dev/tty", "tty", ["r", "w"]);
  stage.kernel.addProgram("/child", stage.program(() => pause()));
  const others = Array.from({ length: received }, (_, i) => server(stage, `S${i}`, objects));
  const creator = server(stage, "creator");
  standard(stage, creator.process);
  stage.run();
  receiveAll(stage, creator, others.map((s) => arrive(stage, creator, clientOf(s))));
  const seen: ChildLeak[] = [];
  stage.kernel.onExec = (child) => seen.push(leakOf(child, others, objects));
  stage.thread(creator, "start", function* (rt) {
    const [parent] = creator.caps;
    for (let i = 0; i < children && parent !== undefined; i++) yield* startProcess(rt, { name: `child${i}`, file: "/child", parent });
  });
  stage.run();
  return seen;
}

/** A terminal at 0, 1 and 2. */
function standard({ kernel }: Stage, { table }: LinuxProcess): void {
  const inode = kernel.names.get("/dev/tty");
  if (inode === undefined || !("file" in inode)) return;
  const tty = kernel.flight.open(inode.file);
  for (const fd of [0, 1, 2]) table.put(fd, tty, false);
}

const clientOf = (s: Server): Parameters<typeof arrive>[2] => {
  const file = s.process.table.at(s.entrypoint().clientSd);
  if (file === undefined) throw new Error(`${s.process.name} has no client socket`);
  return file;
};

function leakOf({ table }: LinuxProcess, others: readonly Server[], objects: number): ChildLeak {
  const { fds } = table;
  const held = new Set(fds.map((fd) => table.at(fd)));
  const leaked = others.filter((s) => held.has(clientOf(s))).length;
  return { fds, leaked, reachable: leaked * objects };
}
