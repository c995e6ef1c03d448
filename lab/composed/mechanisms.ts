/**
 * Known systems as policy vectors (the columns of comparison.md §6), and designs that nobody has built. Each is a few lines.
 */
import type { Mechanism, Policy } from "../model/launch.ts";
import { compose, type Design } from "./compose.ts";
import { byProtocol } from "./two-phase.ts";

/** FU: handles constructed in a fresh process, moved in messages of 64 at most, with a tag each. */
export const fuchsiaPolicy: Policy = {
  selectFds: "construct", selectRights: "construct", container: "fresh-task", numbers: "assigned", describe: "tag", reduceRights: "in-call", identity: "new", errors: "status", elevation: "none", ambient: "nothing", executable: "vmo",
};
/** S4: capabilities copied or minted one by one into the child's CNode. */
export const sel4Policy: Policy = {
  selectFds: "construct", selectRights: "construct", container: "fresh-task", numbers: "assigned", describe: "bootinfo", reduceRights: "in-call", identity: "new", errors: "status", elevation: "none", ambient: "nothing", executable: "frames",
};
/** WA: the host opens what is preopened, with a rights pair and a path each, from descriptor 3 on. */
export const wasiPolicy: Policy = {
  selectFds: "construct", selectRights: "none", container: "fresh-task", numbers: "from-3", describe: "path", reduceRights: "explicit-before", identity: "new", errors: "status", elevation: "none", ambient: "clock, random, env", executable: "bytes",
};
/** What a Hurd exec would be with a list instead of a flag, a fresh task and arguments in a tree: the hybrid of M1. */
export const hurdListPolicy: Policy = {
  selectFds: "list", selectRights: "drop", container: "fresh-task", numbers: "keep", describe: "tree", reduceRights: "never", identity: "reassign", errors: "rpc", elevation: "filesystem", ambient: "pristine root", executable: "port",
};
/** The Hurd's exec in place as a vector, to be compared with the real one (`lab/hurd`), and for schedules that are too many for a whole system. */
export const hurdModelPolicy: Policy = {
  selectFds: "flag", selectRights: "stay-minus-list", container: "same", numbers: "keep", describe: "position", reduceRights: "never", identity: "keep", errors: "rpc", elevation: "filesystem", ambient: "root", executable: "port",
};
/** CloudABI's as a vector: list, fresh table in the same process, tree. */
export const cloudabiModelPolicy: Policy = {
  selectFds: "list", selectRights: "none", container: "fresh-table", numbers: "dense", describe: "tree", reduceRights: "explicit-before", identity: "keep", errors: "errno", elevation: "none", ambient: "clock, random", executable: "fd",
};

export const fuchsiaDesign: Design = {
  name: "fuchsia", column: "FU", policy: fuchsiaPolicy, perMessage: 64, moves: true,
  setUp: ["process_create", "vmo_create_child", "vmar_map text", "vmar_map data", "vmar_map stack", "channel_create", "thread_create", "vmo_write"],
};
export const fuchsia = compose(fuchsiaDesign);
export const sel4 = compose({
  name: "sel4", column: "S4", policy: sel4Policy,
  setUp: ["retype TCB", "retype CNode", "retype VSpace", "ASID assign", "retype page tables", "retype frames", "map text", "map data", "map stack", "map IPC buffer", "copy image", "TCB configure", "TCB set priority", "TCB write registers"],
});
export const wasi = compose({ name: "wasi", column: "WA", policy: wasiPolicy, host: true });
export const hurdList = compose({ name: "hurd-list-fresh", column: "HL", policy: hurdListPolicy, setUp: ["task_create", "task_set_special_port", "vm_map", "thread_create"] });
export const hurdModel = compose({ name: "hurd-model", column: "HX", policy: hurdModelPolicy, twoSteps: true });
/** A parent that fills a new task by the flags of its own descriptors, as glibc's posix_spawn on the Hurd. */
export const hurdSpawnDesign: Design = { name: "hurd-spawn-model", column: "HX", policy: { ...hurdModelPolicy, container: "fresh-task", selectRights: "drop", identity: "new" }, setUp: ["task_set_special_port"] };
export const cloudabiModel = compose({ name: "cloudabi-model", column: "CA", policy: cloudabiModelPolicy });

/** Exec in two phases, by each commit protocol (E15). */
export const twoPhase: readonly Mechanism[] = [
  byProtocol("two-phase-in-place", { ...hurdListPolicy, container: "same", identity: "keep" }),
  byProtocol("two-phase-new-task", hurdListPolicy),
  byProtocol("two-phase-list", { ...hurdListPolicy, container: "fresh-table", identity: "keep" }),
];

/** Those that stand beside the real systems; the models of Hurd and CloudABI are for comparison with `lab/hurd` and `lab/cloudabi` only. */
export const composedMechanisms: readonly Mechanism[] = [fuchsia, sel4, wasi, hurdList, ...twoPhase];
