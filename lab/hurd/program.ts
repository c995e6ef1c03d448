/**
 * The program P. Its manifest comes as arguments, "name=kind:descriptor:rights": by position, as the Hurd describes what it passes. P uses each thing with each right, and exits with the
 * number of uses that failed; what is in no descriptor it cannot find.
 */
import type { Syscall } from "../../mach/kern/syscall.ts";
import { attempt, orThrow } from "../../glibc-shim/errno.ts";
import { asFd, type Fd, type Libc } from "../../glibc-shim/libc.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { O_READ, SOCK_STREAM } from "../../servers/interfaces/hurd-types.ts";
import { ioCall } from "../../servers/interfaces/io.ts";
import { socketCall } from "../../servers/interfaces/socket.ts";
import type { Want } from "../model/authority.ts";
import type { Held } from "../model/launch.ts";

const NOWHERE = "-";

/** The manifest as arguments, by what S holds and where. */
export const manifestArguments = (manifest: readonly Want[], holds: readonly Held[]): readonly string[] =>
  manifest.map(({ name, object, rights }) => {
    const held = holds.find((h) => h.object === object);
    return `${name}=${held?.kind ?? "file"}:${held?.at[0] ?? NOWHERE}:${rights.join("+")}`;
  });

/** Uses everything that `args` describe. How many uses failed. */
export function* useManifest(libc: Libc, args: readonly string[]): Syscall<number> {
  let failed = 0;
  for (const arg of args) {
    const [kind = "", at = NOWHERE, rights = ""] = arg.slice(arg.indexOf("=") + 1).split(":");
    for (const right of rights.split("+")) {
      const used = at === NOWHERE ? false : (yield* attempt(use(libc, kind, asFd(Number(at)), right))).err === 0;
      if (!used) failed++;
    }
  }
  return failed;
}

/** Throws when it cannot be used so. */
function* use(libc: Libc, kind: string, fd: Fd, right: string): Syscall<void> {
  const port = yield* libc.fdPort(fd);
  if (right === "lookup") return yield* lookAround(libc, fd);
  if (right === "accept") return yield* accept(libc, fd);
  if (right === "w") orThrow("io_write", yield* ioCall.io_write(port, { offset: -1, data: new Uint8Array(0) }));
  else if (kind === "tty" || kind === "socket") orThrow("io_readable", yield* ioCall.io_readable(port, {}));
  else yield* libc.pread(fd, 1, 0);
}

/** Reads the first byte of every file in the directory. */
function* lookAround(libc: Libc, dir: Fd): Syscall<void> {
  for (const { name } of yield* libc.freaddir(dir)) {
    if (name === "." || name === "..") continue;
    const file = yield* libc.openat(dir, name, O_READ);
    yield* libc.read(file, 1);
    yield* libc.close(file);
  }
}

/** Connects to the socket itself, and accepts that. */
function* accept(libc: Libc, fd: Fd): Syscall<void> {
  const listener = yield* libc.fdPort(fd);
  const server = yield* libc.file_name_lookup("/servers/socket/1", 0);
  const { sock } = orThrow("socket_create", yield* socketCall.socket_create(server, { sock_type: SOCK_STREAM, protocol: 0 }));
  const { addr } = orThrow("socket_name", yield* socketCall.socket_name(listener, {}));
  orThrow("socket_connect", yield* socketCall.socket_connect(sock, { addr }));
  const { conn_sock, peer_addr } = orThrow("socket_accept", yield* socketCall.socket_accept(listener, {}));
  for (const port of [server, sock, addr, conn_sock, peer_addr]) yield* deallocate(port);
}
