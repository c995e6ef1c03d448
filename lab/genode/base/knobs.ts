/**
 * The switches of genode-linux.md §10, and the commits as settings of them. A knob is one difference in the code; an era is a set of knobs.
 */
export interface Knobs {
  readonly rpath: string;
  /** Which socket of an entrypoint travels: the one that it receives on, or one connected to that. */
  readonly socketDelegated: "server" | "client";
  /** Where a call goes: to the name made of the thread id in the capability, or through its descriptor. */
  readonly destination: "tid" | "socket";
  /** What becomes of a received descriptor: closed at once, or part of a capability. */
  readonly received: "closed" | "kept";
  /** What tells that two descriptors lead to one entrypoint. */
  readonly dedup: "none" | "peername" | "inode";
  /** A copy of each descriptor is made for sending, and forgotten. */
  readonly dupBeforeSend: boolean;
  /** Received descriptors are closed at exec. (The flag stood in the message header, where it does nothing.) */
  readonly cloexecOnReceive: boolean;
  /** Sockets are made with the close-on-exec flag. */
  readonly closeOnExecAtCreate: boolean;
  /** Who calls clone and execve. */
  readonly creator: "parent" | "core";
  readonly objectId: "payload" | "perObjectSocket";
  readonly registrySize: number;
  /** Lookup and association are one step under the lock. */
  readonly atomicAssociate: boolean;
  /** Whether a reply socket can be used once only. No version had that. */
  readonly replyCapOneShot: boolean;
  /** An invalid capability is written as the name -1, and takes no descriptor. */
  readonly encodesInvalid: boolean;
  /** A failing call closes its reply channel; an interrupted one says so. */
  readonly tidyCall: boolean;
  /** What a failed sendmsg in a call does: the loop of ca4f, or an exception. */
  readonly failedSend: "spin" | "Ipc_error";
  /** Something stands at descriptor 100 from the start, so that no parent socket comes to stand there. */
  readonly occupies100: boolean;
  /** The name goes from the file system as soon as the client socket is connected. */
  readonly unlinkAfterConnect: boolean;
  /** Sockets go, and the registry forgets them, when their entrypoint is destroyed. */
  readonly closesOnDestruction: boolean;
  /** Who makes the sockets of entrypoints: each process, or core, asked through the CPU session. */
  readonly socketsBy: "self" | "core";
}

/** ca4f574f4c, 2012-07-26: capability arguments as descriptors. */
export const ca4f: Knobs = {
  rpath: "/tmp/genode-1000",
  socketDelegated: "server",
  destination: "tid",
  received: "closed",
  dedup: "none",
  dupBeforeSend: true,
  cloexecOnReceive: false,
  closeOnExecAtCreate: true,
  creator: "parent",
  objectId: "payload",
  registrySize: 100,
  atomicAssociate: false,
  replyCapOneShot: false,
  encodesInvalid: false,
  tidyCall: false,
  failedSend: "spin",
  occupies100: false,
  unlinkAfterConnect: false,
  closesOnDestruction: false,
  socketsBy: "self",
};

/** f33c7c73bd, 2012-08-08: the client's socket is delegated, identity by the peer's name. */
export const f33c: Knobs = {
  ...ca4f,
  socketDelegated: "client",
  destination: "socket",
  received: "kept",
  dedup: "peername",
  dupBeforeSend: false,
  failedSend: "Ipc_error",
};

/** aee0a2061b: core makes all sockets of entrypoints, and their names leave the file system after connect. */
export const aee0: Knobs = { ...f33c, unlinkAfterConnect: true, socketsBy: "core" };
/** 20d8655a7f: core creates processes. */
export const core20d8: Knobs = { ...aee0, creator: "core" };
/** 2995011b34: sockets go with their entrypoint. */
export const tidy2995: Knobs = { ...core20d8, closesOnDestruction: true };
/** 91e6ab2baf: one step, closed channels, a place holder at 100. */
export const atomic91e6: Knobs = { ...tidy2995, atomicAssociate: true, tidyCall: true, occupies100: true };
/** 9b24115c08, January 2013: invalid capabilities are told apart. */
export const invalid9b24: Knobs = { ...atomic91e6, encodesInvalid: true };
/** 132569d12b, 2020: a socket pair for each object, identity by inode. */
export const perObject2020: Knobs = { ...invalid9b24, objectId: "perObjectSocket", dedup: "inode" };

/** By the commit's first four digits, or the year. */
export const eras = { ca4f, f33c, aee0, "20d8": core20d8, "2995": tidy2995, "91e6": atomic91e6, "9b24": invalid9b24, "2020": perObject2020 } as const;
export type Era = keyof typeof eras;
