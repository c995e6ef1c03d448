/**
 * Eight servers for the mix. Each has its own handlers, as eight programs have, and all are put together as the Hurd's servers are: three interfaces behind one demultiplexer. Five routines are called:
 * `io_readable` (no arguments), `io_seek` (numbers), `dir_unlink` (a string), `io_write` (bytes), `auth_user_authenticate` (a right, which is moved back).
 */
import { moveSend, type MachPort } from "../../mach/ipc/names.ts";
import type { MachMsg } from "../../mach/ipc/message.ts";
import { firstOf, serve, type Demuxer } from "../../mach/mig/server.ts";
import type { Handlers } from "../../mach/mig/subsystem.ts";
import { asFailure } from "../../mach/kern/kern-return.ts";
import { auth } from "../../servers/interfaces/auth.ts";
import { fs } from "../../servers/interfaces/fs.ts";
import { io } from "../../servers/interfaces/io.ts";

/** What a server keeps for its port. */
interface State {
  position: number;
  length: number;
  calls: number;
  last: string;
  readonly names: Set<string>;
}

type Lookup = (request: MachMsg) => State | undefined;
type Io = Pick<Handlers<typeof io.routines, State>, "io_readable" | "io_seek" | "io_write">;
type Fs = Pick<Handlers<typeof fs.routines, State>, "dir_unlink">;
type Auth = Pick<Handlers<typeof auth.routines, State>, "auth_user_authenticate">;

const put = (lookup: Lookup, ioHandlers: Io, fsHandlers: Fs, authHandlers: Auth): Demuxer =>
  firstOf(serve(fs, lookup, fsHandlers), serve(io, lookup, ioHandlers), serve(auth, lookup, authHandlers));

/** What stands behind each server's port `receive`. */
function state(receive: MachPort): Lookup {
  const own: State = { position: 0, length: 0, calls: 0, last: "", names: new Set() };
  return (request) => (request.localPort === receive ? own : undefined);
}

const ENOENT = asFailure(0x40000002);

/** Takes everything, has nothing. */
const none = (lookup: Lookup): Demuxer =>
  put(
    lookup,
    {
      *io_readable() {
        return { err: 0, amount: 0 };
      },
      *io_seek() {
        return { err: 0, newp: 0 };
      },
      *io_write(_self, { data }) {
        return { err: 0, amount: data.length };
      },
    },
    {
      *dir_unlink() {
        return { err: 0 };
      },
    },
    {
      *auth_user_authenticate(_self, { rendezvous }) {
        return { err: 0, newport: moveSend(rendezvous) };
      },
    },
  );

/** Remembers a position. */
const file = (lookup: Lookup): Demuxer =>
  put(
    lookup,
    {
      *io_readable(self) {
        return { err: 0, amount: self.length - self.position };
      },
      *io_seek(self, { offset, whence }) {
        self.position = whence === 1 ? self.position + offset : offset;
        return { err: 0, newp: self.position };
      },
      *io_write(self, { data, offset }) {
        self.length = Math.max(self.length, (offset < 0 ? self.position : offset) + data.length);
        return { err: 0, amount: data.length };
      },
    },
    {
      *dir_unlink(self, { name }) {
        self.last = name;
        return { err: 0 };
      },
    },
    {
      *auth_user_authenticate(self, { rendezvous }) {
        self.calls++;
        return { err: 0, newport: moveSend(rendezvous) };
      },
    },
  );

/** Counts. */
const counter = (lookup: Lookup): Demuxer =>
  put(
    lookup,
    {
      *io_readable(self) {
        self.calls += 1;
        return { err: 0, amount: self.calls & 0xff };
      },
      *io_seek(self, { offset }) {
        self.calls += 2;
        return { err: 0, newp: offset };
      },
      *io_write(self, { data }) {
        self.calls += data.length;
        return { err: 0, amount: data.length };
      },
    },
    {
      *dir_unlink(self, { name }) {
        self.calls += name.length;
        return { err: 0 };
      },
    },
    {
      *auth_user_authenticate(self, { rendezvous }) {
        self.calls += rendezvous;
        return { err: 0, newport: moveSend(rendezvous) };
      },
    },
  );

/** A directory: names come and go. */
const directory = (lookup: Lookup): Demuxer =>
  put(
    lookup,
    {
      *io_readable({ names }) {
        return { err: 0, amount: names.size };
      },
      *io_seek(self, { offset }) {
        self.position = Math.min(offset, self.names.size);
        return { err: 0, newp: self.position };
      },
      *io_write({ names }, { data }) {
        names.add(`entry-${data.length}`);
        return { err: 0, amount: data.length };
      },
    },
    {
      *dir_unlink({ names }, { name }) {
        if (!names.delete(name)) names.add(name);
        return { err: 0 };
      },
    },
    {
      *auth_user_authenticate({ names }, { rendezvous }) {
        names.delete("entry-0");
        return { err: 0, newport: moveSend(rendezvous) };
      },
    },
  );

/** Adds the bytes up. */
const checksum = (lookup: Lookup): Demuxer =>
  put(
    lookup,
    {
      *io_readable(self) {
        return { err: 0, amount: self.length >>> 1 };
      },
      *io_seek(self, { offset, whence }) {
        self.length ^= offset + whence;
        return { err: 0, newp: offset };
      },
      *io_write(self, { data }) {
        let sum = self.length;
        for (let i = 0; i < data.length; i += 16) sum = (sum + (data[i] ?? 0)) | 0;
        self.length = sum;
        return { err: 0, amount: data.length };
      },
    },
    {
      *dir_unlink(self, { name }) {
        self.length ^= name.charCodeAt(0);
        return { err: 0 };
      },
    },
    {
      *auth_user_authenticate(self, { rendezvous }) {
        self.length ^= rendezvous;
        return { err: 0, newport: moveSend(rendezvous) };
      },
    },
  );

/** A terminal: lines of eighty. */
const terminal = (lookup: Lookup): Demuxer =>
  put(
    lookup,
    {
      *io_readable(self) {
        return { err: 0, amount: self.position % 80 };
      },
      *io_seek(self) {
        return { err: 0, newp: self.position };
      },
      *io_write(self, { data }) {
        self.position = (self.position + data.length) % 80;
        return { err: 0, amount: data.length };
      },
    },
    {
      *dir_unlink(self, { name }) {
        self.position = (self.position + name.length) % 80;
        return { err: 0 };
      },
    },
    {
      *auth_user_authenticate(self, { rendezvous }) {
        self.position = 0;
        return { err: 0, newport: moveSend(rendezvous) };
      },
    },
  );

/** A queue of a bounded length, in bytes. */
const pipe = (lookup: Lookup): Demuxer =>
  put(
    lookup,
    {
      *io_readable({ length }) {
        return { err: 0, amount: length };
      },
      *io_seek(self, { offset }) {
        self.length = offset;
        return { err: 0, newp: offset };
      },
      *io_write(self, { data }) {
        self.length = self.length > 65536 ? 0 : self.length + data.length;
        return { err: 0, amount: data.length };
      },
    },
    {
      *dir_unlink(self, { name }) {
        self.last = `${name}~`;
        return { err: 0 };
      },
    },
    {
      *auth_user_authenticate(self, { rendezvous }) {
        self.last = "asked";
        return { err: 0, newport: moveSend(rendezvous) };
      },
    },
  );

/** Refuses what it does not know. */
const strict = (lookup: Lookup): Demuxer =>
  put(
    lookup,
    {
      *io_readable(self) {
        return self.calls < 0 ? { err: ENOENT } : { err: 0, amount: 1 };
      },
      *io_seek(self, { offset, whence }) {
        if (whence > 2) return { err: ENOENT };
        self.position = offset;
        return { err: 0, newp: offset };
      },
      *io_write(_self, { data, offset }) {
        return offset < -1 ? { err: ENOENT } : { err: 0, amount: data.length };
      },
    },
    {
      *dir_unlink(_self, { name }) {
        return name === "" ? { err: ENOENT } : { err: 0 };
      },
    },
    {
      *auth_user_authenticate(_self, { rendezvous }) {
        return rendezvous === 0 ? { err: ENOENT } : { err: 0, newport: moveSend(rendezvous) };
      },
    },
  );

/** The servers' demultiplexers, each for the port that it receives from. */
export const mixServers: readonly ((receive: MachPort) => Demuxer)[] = [none, file, counter, directory, checksum, terminal, pipe, strict].map(
  (make) => (receive) => make(state(receive)),
);
