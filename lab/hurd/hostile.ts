/**
 * Servers of an attacker, for the ports that he passes to a set-uid exec: an auth server that lets nobody be but him, a proc server that keeps every task it is shown, a root directory with a
 * key of his own. Each answers as the real one would, where it can; so an exec that asks them goes well.
 */
import { copySend, makeSend, moveSend, Right, type MachPort } from "../../mach/ipc/names.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { firstOf, machMsgServer, serve, type Demuxer } from "../../mach/mig/server.ts";
import { attempt, orThrow } from "../../glibc-shim/errno.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { taskSelf } from "../../glibc-shim/rights.ts";
import { auth, authCall } from "../../servers/interfaces/auth.ts";
import { Errno } from "../../servers/interfaces/errno.ts";
import { fs } from "../../servers/interfaces/fs.ts";
import { FS_RETRY_NORMAL } from "../../servers/interfaces/hurd-types.ts";
import { io } from "../../servers/interfaces/io.ts";
import { proc, procCall } from "../../servers/interfaces/process.ts";

/** The attacker's receive rights, by what they pretend to be. */
export interface Fakes {
  readonly auth: MachPort;
  readonly proc: MachPort;
  readonly root: MachPort;
}

/** What every program of his sees at /etc/key; and what the real one says. */
export const FORGED_KEY = "/tmp/scene/forged-key";
const KEY = /(^|\/)etc\/key$/;
const GUEST = [1000];

/** Serves the fakes in a thread of `libc`'s program, which must be the attacker's. */
export function* serveFakes(libc: Libc, fakes: Fakes): Syscall<void> {
  const self = yield* taskSelf();
  const { name: set } = orThrow("mach_port_allocate", yield* machPortCall.mach_port_allocate(self, { right: Right.PORT_SET }));
  for (const member of [fakes.auth, fakes.proc, fakes.root]) yield* machPortCall.mach_port_move_member(self, { member, after: set });
  const demuxer = firstOf(fakeAuth(libc), fakeProc(fakes), fakeRoot(libc), fakeIo(libc, fakes));
  yield* libc.thread(function* () {
    yield* machMsgServer(set, demuxer);
  });
}

/** Says that the caller is guest, and authenticates everybody as the attacker: the port that comes of it is the attacker's, too. */
const fakeAuth = (libc: Libc): Demuxer =>
  serve(auth, () => libc, {
    *auth_getids() {
      return { err: 0, euids: GUEST, auids: [1000, 1000], egids: GUEST, agids: [1000, 1000] };
    },
    *auth_user_authenticate(_, { rendezvous }) {
      const met = yield* authCall.auth_user_authenticate(libc.ports.auth, { rendezvous: moveSend(rendezvous) });
      if (met.err) return { err: met.err };
      yield* procCall.proc_reauthenticate_complete(met.newport, {});
      return { err: 0, newport: copySend(met.newport) };
    },
  });

/** Keeps the tasks that it is asked about: they are never given back. */
const fakeProc = (fakes: Fakes): Demuxer =>
  serve(proc, () => fakes, {
    *proc_task2proc() {
      return { err: 0, proc: makeSend(fakes.proc) };
    },
    *proc_task2pid() {
      return { err: 0, pid: 1 };
    },
    *proc_set_code() {
      return { err: 0 };
    },
    *proc_set_exe() {
      return { err: 0 };
    },
    *proc_set_entry() {
      return { err: 0 };
    },
    *proc_mark_exec() {
      return { err: 0 };
    },
    *proc_setowner() {
      return { err: Errno.EOPNOTSUPP };
    },
  });

/** The real root, but for the key. */
const fakeRoot = (libc: Libc): Demuxer =>
  serve(fs, () => libc, {
    *dir_lookup(_, { file_name, flags, mode }) {
      const found = yield* attempt(libc.file_name_lookup(KEY.test(file_name) ? FORGED_KEY : `/${file_name}`, flags, mode));
      if (found.err) return { err: found.err };
      return { err: 0, do_retry: FS_RETRY_NORMAL, retry_name: "", result: moveSend(found.value) };
    },
  });

/** Under every identity it is the same port. */
const fakeIo = (libc: Libc, fakes: Fakes): Demuxer =>
  serve(io, () => libc, {
    *io_reauthenticate(_, { rendezvous2 }) {
      yield* authCall.auth_server_authenticate(libc.ports.auth, { rendezvous: moveSend(rendezvous2), newport: makeSend(fakes.root) });
      return { err: 0 };
    },
  });
