/** The mach_port interface on a task's space: arguments and rights to and from `ipc/port-calls.ts`. */
import { isPort } from "../ipc/kmsg.ts";
import { MsgType, asPort, isPortType, type Disposition } from "../ipc/names.ts";
import * as calls from "../ipc/port-calls.ts";
import type { Space } from "../ipc/space.ts";
import { machPort } from "../interfaces/mach-port.ts";
import { asFailure, type Failure } from "./kern-return.ts";
import { kernelRoutines, type KernelHandlers } from "./kernel-call.ts";
import { aSpace } from "./targets.ts";

/** A result code as an outcome. */
export const done = (code: number): { readonly err: 0 } | { readonly err: Failure } => (code === 0 ? { err: 0 } : { err: asFailure(code) });

const handlers: KernelHandlers<typeof machPort.routines, Space> = {
  mach_port_names: (space) => {
    const { names, types } = calls.mach_port_names(space);
    return { err: 0, names: names.map(asPort), types };
  },
  mach_port_type: (space, { name }) => {
    const r = calls.mach_port_type(space, name);
    return r.err ? r : { err: 0, ptype: r.value };
  },
  mach_port_rename: (space, { old_name, new_name }) => done(calls.mach_port_rename(space, old_name, new_name)),
  mach_port_allocate_name: (space, { right, name }, { machine }) => done(calls.mach_port_allocate_name(machine, space, right, name)),
  mach_port_allocate: (space, { right }, { machine }) => {
    const r = calls.mach_port_allocate(machine, space, right);
    return r.err ? r : { err: 0, name: asPort(r.value) };
  },
  mach_port_destroy: (space, { name }) => done(calls.mach_port_destroy(space, name)),
  mach_port_deallocate: (space, { name }) => done(calls.mach_port_deallocate(space, name)),
  mach_port_get_refs: (space, { name, right }) => {
    const r = calls.mach_port_get_refs(space, name, right);
    return r.err ? r : { err: 0, refs: r.value };
  },
  mach_port_mod_refs: (space, { name, right, delta }) => done(calls.mach_port_mod_refs(space, name, right, delta | 0)),
  mach_port_set_qlimit: (space, { name, qlimit }) => done(calls.mach_port_set_qlimit(space, name, qlimit)),
  mach_port_set_mscount: (space, { name, mscount }) => done(calls.mach_port_set_mscount(space, name, mscount)),
  mach_port_set_seqno: (space, { name, seqno }) => done(calls.mach_port_set_seqno(space, name, seqno)),
  mach_port_get_set_status: (space, { name }) => {
    const r = calls.mach_port_get_set_status(space, name);
    return r.err ? r : { err: 0, members: r.value.map(asPort) };
  },
  mach_port_move_member: (space, { member, after }) => done(calls.mach_port_move_member(space, member, after)),
  mach_port_request_notification: (space, { name, id, sync, notify }, call) => {
    const right = call.right(notify);
    const r = calls.mach_port_request_notification(space, name, id, sync, right);
    if (r.err) return r;
    call.take(notify);
    return { err: 0, previous: { name: call.give(r.value, MsgType.MOVE_SEND_ONCE), disposition: MsgType.MOVE_SEND_ONCE } };
  },
  mach_port_insert_right: (space, { name, poly }, call) => {
    // Any type of item gets here; only one of a right has a right in it.
    const right = isPortType(poly.disposition) ? call.right(poly.name) : null;
    const code = calls.mach_port_insert_right(space, name, right, poly.disposition);
    if (code === 0) call.take(poly.name);
    return done(code);
  },
  mach_port_extract_right: (space, { name, msgt_name }, call) => {
    const r = calls.mach_port_extract_right(space, name, msgt_name);
    if (r.err) return r;
    const { right, type } = r.value;
    return { err: 0, poly: { name: isPort(right) ? call.give(right, type) : call.give(right), disposition: type as Disposition } };
  },
  mach_port_get_receive_status: (space, { name }) => {
    const r = calls.mach_port_get_receive_status(space, name);
    return r.err ? r : { err: 0, status: r.value };
  },
  mach_port_set_protected_payload: (space, { name, payload }) => done(calls.mach_port_set_protected_payload(space, name, payload)),
  mach_port_clear_protected_payload: (space, { name }) => done(calls.mach_port_clear_protected_payload(space, name)),
  mach_port_set_ktype: () => ({ err: 0 }),
};

export const portRoutines = kernelRoutines(machPort, aSpace, handlers);
