/** Names of users and groups by id, looked up once. */
import type { Libc } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";

export class Owners {
  readonly #libc: Libc;
  readonly #users = new Map<number, string>();
  readonly #groups = new Map<number, string>();
  constructor(libc: Libc) {
    this.#libc = libc;
  }
  /** The name, or the number when there is none. */
  *user(uid: number): Syscall<string> {
    const known = this.#users.get(uid) ?? (yield* this.#libc.getpwuid(uid))?.name ?? String(uid);
    this.#users.set(uid, known);
    return known;
  }
  *group(gid: number): Syscall<string> {
    const known = this.#groups.get(gid) ?? (yield* this.#libc.getgrgid(gid))?.name ?? String(gid);
    this.#groups.set(gid, known);
    return known;
  }
}
