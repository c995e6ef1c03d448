/** Reading, writing and waiting on a terminal: what term does otherwise than other translators (fs-io.md §8). */
import { Errno } from "../interfaces/errno.ts";
import { O_READ, O_WRITE, SELECT_READ, SELECT_WRITE } from "../interfaces/hurd-types.ts";
import type { io } from "../interfaces/io.ts";
import type { Handlers } from "../../mach/mig/subsystem.ts";
import { noblock, type TermUser } from "./user.ts";

/** What the open is not for is never ready. */
const possible = ({ openmodes }: TermUser, types: number): number =>
  types & ~(openmodes & O_READ ? 0 : SELECT_READ) & ~(openmodes & O_WRITE ? 0 : SELECT_WRITE);

/** The handlers, for a `Self` that `user` turns into the terminal's user. */
export function termIo<Self>(user: (self: Self) => TermUser): Partial<Handlers<typeof io.routines, Self>> {
  return {
    *io_read(self, { amount }) {
      const u = user(self);
      return u.openmodes & O_READ ? yield* u.terminal.read(u.job, noblock(u), amount) : { err: Errno.EBADF };
    },
    *io_write(self, { data }) {
      const u = user(self);
      return u.openmodes & O_WRITE ? yield* u.terminal.write(u.job, noblock(u), data) : { err: Errno.EBADF };
    },
    *io_seek() {
      return { err: Errno.ESPIPE };
    },
    *io_readable(self) {
      const u = user(self);
      return u.openmodes & O_READ ? { err: 0, amount: u.terminal.discipline.readable } : { err: Errno.EBADF };
    },
    *io_select(self, { select_type }) {
      const u = user(self);
      return yield* u.terminal.select(possible(u, select_type), undefined);
    },
    *io_select_timeout(self, { timeout, select_type }) {
      const u = user(self);
      return yield* u.terminal.select(possible(u, select_type), (timeout[0] ?? 0) * 1000 + Math.ceil((timeout[1] ?? 0) / 1e6));
    },
    /** A pid, or a group as a negative number. */
    *io_mod_owner(self, { owner }) {
      const u = user(self);
      yield* u.terminal.setOwner(owner);
      return { err: 0 };
    },
    *io_get_owner(self) {
      const { owner } = user(self).terminal;
      return owner === undefined ? { err: Errno.ENOTTY } : { err: 0, owner };
    },
  };
}
