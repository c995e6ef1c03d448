/**
 * Two descriptors: do they lead to one entrypoint? Attacks on the answer (genode-linux.md §7.2, 7.3), by each way to tell.
 */
import { entrypointPath, extract } from "../base/ipc.ts";
import { f33c, type Knobs } from "../base/knobs.ts";
import { Stage, type Actor } from "../base/stage.ts";
import { bind, connect, pause, socket, unlink } from "../linux/libc.ts";
import { arrive, callFrom, idler, server, type Server } from "./cast.ts";

/** What the receiver R has in the end. */
export interface Merged {
  /** Different entrypoints that R takes for one. */
  readonly wrong: number;
  /** Descriptors of one entrypoint that R keeps more than one of, those above the first. */
  readonly missed: number;
  /** Entrypoints that R cannot reach although it was given them: what reaches its descriptor is another, or nobody. */
  readonly denied: number;
  /** Descriptors that R holds in the end. */
  readonly fds: number;
  /** Those of them that R uses for what it was given. */
  readonly kept: number;
  /** What calls through R's descriptors gave, in order. */
  readonly calls: readonly (number | string)[];
}

/** R receives descriptors one after the other: those that it then uses for them. */
export function receiveAll(stage: Stage, r: Actor, fds: readonly number[]): readonly number[] {
  const used: number[] = [];
  stage.thread(r, "receive", function* (rt) {
    for (const fd of fds) used.push(...(yield* extract(rt, [fd])));
  });
  stage.run();
  return used;
}

const fileAt = (actor: Actor, fd: number): Parameters<typeof arrive>[2] => {
  const file = actor.process.table.at(fd);
  if (file === undefined) throw new Error(`${actor.process.name} has no descriptor ${fd}`);
  return file;
};

/** The delegated descriptor of a server, as it reaches R. */
const give = (stage: Stage, from: Server, r: Actor): number => arrive(stage, r, fileAt(from, from.entrypoint().clientSd));

/** Of each service that R was given: whether R's descriptor for it leads to it. */
function judge(r: Actor, given: readonly { readonly used: number | undefined; readonly ino: number }[], calls: readonly (number | string)[]): Merged {
  const inoOf = (fd: number | undefined): number => r.process.table.at(fd ?? -1)?.what.ino ?? -1;
  const first = new Map<number, number>();
  let missed = 0;
  for (const { used, ino } of given) {
    const known = first.get(ino);
    if (known !== undefined && known !== used) missed++;
    else first.set(ino, used ?? -1);
  }
  const wrong = given.filter((g) => inoOf(g.used) !== g.ino && r.process.table.at(g.used ?? -1) !== undefined).length;
  const denied = given.filter((g) => inoOf(g.used) !== g.ino).length;
  return { wrong, missed, denied, fds: r.process.table.size, kept: new Set(given.map((g) => g.used)).size, calls };
}

/** An attacker binds the victim's name before the victim does, and its descriptor reaches R first (G11). */
export function preBind(knobs: Knobs): Merged & { readonly usesAttacker: boolean } {
  const stage = new Stage({ knobs });
  const r = idler(stage, "R");
  const attacker = stage.actor("attacker", function* () {
    const path = entrypointPath(knobs.rpath, VICTIM_TID);
    const bound = yield* socket(true);
    yield* bind(bound, path);
    yield* connect(yield* socket(true), path);
    return yield* pause();
  });
  stage.run();
  const victim = server(stage, "victim");
  stage.run();
  const fds = [arrive(stage, r, fileAt(attacker, ATTACKER_FD)), give(stage, victim, r)] as const;
  const inos = [fileAt(attacker, ATTACKER_FD).what.ino, fileAt(victim, victim.entrypoint().clientSd).what.ino] as const;
  const used = receiveAll(stage, r, fds);
  const merged = judge(r, [{ used: used[0], ino: inos[0] }, { used: used[1], ino: inos[1] }], []);
  return { ...merged, usesAttacker: used[0] === used[1] };
}

/** R and the attacker are processes 1 and 2, the victim is 3 and its entrypoint's thread 4. */
const VICTIM_TID = 4;
/** The attacker's second socket. */
const ATTACKER_FD = 1;

/** An entrypoint's process dies; the numbers come round, and a new one's thread has the same (G12). */
export function rebindAfterDeath(knobs: Knobs): Merged {
  const stage = new Stage({ knobs, pidMax: 3 });
  const r = idler(stage, "R");
  const old = server(stage, "old");
  stage.run();
  const first = give(stage, old, r);
  const oldIno = fileAt(r, first).what.ino;
  const [kept] = receiveAll(stage, r, [first]);
  const cap = { ...(old.caps[0] ?? NOTHING), socket: kept ?? -1 };
  const calls: (number | string)[] = [callFrom(stage, r, cap).value];
  stage.kernel.kill(old.process, "SIGKILL");
  const fresh = server(stage, "fresh");
  stage.run();
  for (let i = 0; i < 2; i++) calls.push(errorOf(callFrom(stage, r, cap)));
  const second = give(stage, fresh, r);
  const freshIno = fileAt(r, second).what.ino;
  const [used] = receiveAll(stage, r, [second]);
  calls.push(errorOf(callFrom(stage, r, { ...(fresh.caps[0] ?? NOTHING), socket: used ?? -1 })));
  return judge(r, [{ used: kept, ino: oldIno }, { used, ino: freshIno }], calls);
}

/** The victim dies, and an attacker takes its name: unlink, bind, connect, and its socket goes to R. */
export function rebind(knobs: Knobs): Merged {
  const stage = new Stage({ knobs });
  const r = idler(stage, "R");
  const victim = server(stage, "victim");
  stage.run();
  const path = entrypointPath(knobs.rpath, victim.entrypoint().tid);
  const first = give(stage, victim, r);
  const victimIno = fileAt(r, first).what.ino;
  const [kept] = receiveAll(stage, r, [first]);
  stage.kernel.kill(victim.process, "SIGKILL");
  const attacker = stage.actor("attacker", function* () {
    const bound = yield* socket(true);
    yield* unlink(path);
    yield* bind(bound, path);
    yield* connect(yield* socket(true), path);
    return yield* pause();
  });
  stage.run();
  const second = arrive(stage, r, fileAt(attacker, ATTACKER_FD));
  const attackerIno = fileAt(r, second).what.ino;
  const [used] = receiveAll(stage, r, [second]);
  return judge(r, [{ used: kept, ino: victimIno }, { used, ino: attackerIno }], []);
}

const NOTHING = { tid: 0, socket: -1, localName: 0 };

const errorOf = ({ value, answer }: ReturnType<typeof callFrom>): number | string => (answer === 0 ? value : answer);

/** Nobody attacks: R receives each of `entrypoints` `times` times. */
export function honest(knobs: Knobs, entrypoints: number, times: number): Merged {
  const stage = new Stage({ knobs });
  const r = idler(stage, "R");
  const servers = Array.from({ length: entrypoints }, (_, i) => server(stage, `S${i}`));
  stage.run();
  const given = Array.from({ length: times }, () => servers.map((s) => ({ fd: give(stage, s, r), ino: fileAt(s, s.entrypoint().clientSd).what.ino }))).flat();
  const used = receiveAll(stage, r, given.map((g) => g.fd));
  return judge(r, given.map((g, i) => ({ ...g, used: used[i] })), []);
}

/** The ways to tell, as knobs: f33c's own is the peer's name; 91e6 looks it up and enters it in one step. */
export const identities = { none: { ...f33c, dedup: "none" }, peername: f33c, "peername-atomic": { ...f33c, atomicAssociate: true }, inode: { ...f33c, dedup: "inode" } } as const satisfies Readonly<Record<string, Knobs>>;
export type Identity = keyof typeof identities;
