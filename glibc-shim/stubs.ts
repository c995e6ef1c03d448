/** Stubs of the Hurd's interfaces that signals can interrupt. Kernel calls are plain: `machCall` and its like. */
import { client } from "../mach/mig/client.ts";
import { auth } from "../servers/interfaces/auth.ts";
import { exec } from "../servers/interfaces/exec.ts";
import { fs } from "../servers/interfaces/fs.ts";
import { fsys } from "../servers/interfaces/fsys.ts";
import { ifsock } from "../servers/interfaces/ifsock.ts";
import { io } from "../servers/interfaces/io.ts";
import { msg } from "../servers/interfaces/msg.ts";
import { proc } from "../servers/interfaces/process.ts";
import { socket } from "../servers/interfaces/socket.ts";
import { startup } from "../servers/interfaces/startup.ts";
import { term } from "../servers/interfaces/term.ts";
import { tioctl } from "../servers/interfaces/tioctl.ts";
import { intrRpc } from "./intr-rpc.ts";

export const authCall = client(auth, intrRpc);
export const execCall = client(exec, intrRpc);
export const fsCall = client(fs, intrRpc);
export const fsysCall = client(fsys, intrRpc);
export const ifsockCall = client(ifsock, intrRpc);
export const ioCall = client(io, intrRpc);
export const msgCall = client(msg, intrRpc);
export const procCall = client(proc, intrRpc);
export const socketCall = client(socket, intrRpc);
export const startupCall = client(startup, intrRpc);
export const termCall = client(term, intrRpc);
export const tioctlCall = client(tioctl, intrRpc);
