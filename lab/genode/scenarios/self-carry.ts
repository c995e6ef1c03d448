/** Calls that carry an entrypoint's own socket, and references left in flight: where ETOOMANYREFS came from (genode-linux.md §6). */
import type { Knobs } from "../base/knobs.ts";
import { Stage } from "../base/stage.ts";
import { sendmsg, socketpair } from "../linux/libc.ts";
import type { KernelLimit } from "../linux/limits.ts";
import { callFrom, server, type Server } from "./cast.ts";

export interface SelfCarry {
  readonly knobs: Knobs;
  readonly limit: KernelLimit;
  /** Entrypoints in a ring: each calls the next with its own capability. One: it calls itself. */
  readonly ring: number;
  /** Each entrypoint has had an ordinary request before. */
  readonly warmed: boolean;
  readonly calls: number;
}

export interface SelfCarried {
  /** The first call that failed, counted from 1; 0: none did. */
  readonly firstFailure: number;
  /** The error's number as sendmsg answered it; 0 without one. */
  readonly error: number;
  /** Levels of the receiving sockets after the first failure, or at the end. */
  readonly levels: readonly number[];
  /** Levels of the delegated sockets at the end. */
  readonly delegatedLevels: readonly number[];
  /** Descriptors of the first process at the end, above those before the first call. */
  readonly grown: number;
  /** References in flight at most. */
  readonly peakInFlight: number;
  /** A call without capabilities still works at the end. */
  readonly plainWorks: boolean;
}

const levelOf = (s: Server, fd: number): number => {
  const what = s.process.table.at(fd)?.what;
  return what?.kind === "socket" ? what.level : -1;
};

/** Each server's capability as each other process has it; a capability by tid needs no descriptor. */
const known = (stage: Stage, from: Server, to: Server): NonNullable<Server["caps"][0]> => {
  const [cap] = from.caps;
  if (cap === undefined) throw new Error(`${from.process.name} serves nothing`);
  return from === to || stage.knobs.destination === "tid" ? cap : stage.hand(from, cap, to, true);
};

/** Runs the ring. */
export function selfCarry({ knobs, limit, ring, warmed, calls }: SelfCarry): SelfCarried {
  const stage = new Stage({ knobs, limit });
  const servers = Array.from({ length: ring }, (_, i) => server(stage, `E${i}`));
  stage.run();
  const next = servers.map((s, i) => known(stage, servers[(i + 1) % ring] ?? s, s));
  const one = (i: number, carry: boolean): ReturnType<typeof callFrom> | undefined => {
    const [from, to] = [servers[i % ring], next[i % ring]];
    return from === undefined || to === undefined ? undefined : callFrom(stage, from, to, carry ? from.caps.slice(0, 1) : []);
  };
  if (warmed) for (let i = 0; i < ring; i++) one(i, false);
  const before = servers[0]?.process.table.size ?? 0;
  const failure = { at: 0, error: 0 };
  for (let n = 0; n < calls && failure.at === 0; n++) {
    const done = one(n, true);
    if (typeof done?.value === "number") continue;
    failure.at = n + 1;
    failure.error = done?.answer === 0 ? errorIn(servers[n % ring]) : (done?.answer ?? 0);
  }
  return {
    firstFailure: failure.at,
    error: failure.error,
    levels: servers.map((s) => levelOf(s, s.entrypoint().serverSd)),
    delegatedLevels: servers.map((s) => levelOf(s, s.entrypoint().clientSd)),
    grown: (servers[0]?.process.table.size ?? 0) - before,
    peakInFlight: stage.kernel.flight.peak,
    plainWorks: typeof one(0, false)?.value === "number",
  };
}

/** The number in the line that a failed call printed before it began to loop. */
const errorIn = (s: Server | undefined): number => Number(/ with (-\d+)/.exec(s?.rt.log.at(-1) ?? "")?.[1] ?? 0);

/** A user's references in flight: a receiver that sleeps, one descriptor a message, to stream queues. */
export interface Outstanding {
  readonly limit: KernelLimit;
  readonly nofile: number;
  readonly privileged: boolean;
  /** Messages that are tried. */
  readonly messages: number;
}

/** How many were taken, and what the first that was not got. */
export function outstanding({ limit, nofile, privileged, messages }: Outstanding): { readonly accepted: number; readonly error: number; readonly inFlight: number } {
  const stage = new Stage({ limit, nofile });
  const result = { accepted: 0, error: 0 };
  stage.actor(
    "sender",
    function* () {
      const pair = yield* socketpair(true, "stream");
      if (typeof pair === "number") return 1;
      while (result.accepted < messages) {
        const sent = yield* sendmsg(pair[0], new Uint8Array(1), [pair[0]]);
        if (sent < 0) {
          result.error = sent;
          break;
        }
        result.accepted++;
      }
      return 0;
    },
    { privileged },
  );
  const peak = stage.run().kernel.flight.peak;
  return { ...result, inFlight: peak };
}
