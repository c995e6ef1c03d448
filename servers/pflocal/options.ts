/** Socket options (level SOL_SOCKET), as 32-bit words. */
import type { Failure } from "../../mach/kern/kern-return.ts";
import { Errno } from "../interfaces/errno.ts";
import { socketType, type Sock } from "./sock.ts";

const SOL_SOCKET = 0xffff;
const SO_SNDBUF = 0x1001;
const SO_RCVBUF = 0x1002;
const SO_ERROR = 0x1007;
const SO_TYPE = 0x1008;
/** No pipe is made larger than this. */
const MAX_BUFFER = 1024 * 1024;

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

/** The pipe that SO_SNDBUF or SO_RCVBUF is about. */
const pipeOf = (sock: Sock, option: number): Sock["readPipe"] | undefined => (option === SO_SNDBUF ? sock.writePipe : readPipeOf(sock));
const readPipeOf = (sock: Sock): Sock["readPipe"] | undefined => (sock.shutRead ? undefined : sock.readPipe);

/** ENOPROTOOPT for anything unknown. */
export function getOption(sock: Sock, level: number, option: number): { readonly err: 0; readonly optval: Uint8Array } | { readonly err: Failure } {
  if (level !== SOL_SOCKET) return { err: Errno.ENOPROTOOPT };
  if (option === SO_TYPE) return { err: 0, optval: word(socketType(sock.class)) };
  if (option === SO_ERROR) return { err: 0, optval: word(0) };
  if (option !== SO_SNDBUF && option !== SO_RCVBUF) return { err: Errno.ENOPROTOOPT };
  const pipe = pipeOf(sock, option);
  if (pipe === undefined && option === SO_RCVBUF) return { err: Errno.ENOTCONN };
  return { err: 0, optval: word(pipe?.limit ?? sock.writeLimit) };
}

/** EINVAL: not a word, or not positive. ENOTCONN: the reading half is shut. ENOPROTOOPT: not an option that can be set. */
export function setOption(sock: Sock, level: number, option: number, optval: Uint8Array): { readonly err: 0 } | { readonly err: Failure } {
  if (level !== SOL_SOCKET || (option !== SO_SNDBUF && option !== SO_RCVBUF)) return { err: Errno.ENOPROTOOPT };
  if (optval.length < 4) return { err: Errno.EINVAL };
  const size = new DataView(optval.buffer, optval.byteOffset).getInt32(0, true);
  if (size <= 0) return { err: Errno.EINVAL };
  const limit = Math.min(size, MAX_BUFFER);
  const pipe = pipeOf(sock, option);
  if (pipe === undefined && option === SO_RCVBUF) return { err: Errno.ENOTCONN };
  if (pipe === undefined) sock.writeLimit = limit;
  else pipe.limit = limit;
  return { err: 0 };
}
