/** Everything that is measured, in the order of the table. */
import { apart } from "./apart.ts";
import type { Contestant } from "./contest.ts";
import { exploreContestants } from "./explore.ts";
import { manyContestants } from "./kernel/many.ts";
import { memoryContestants } from "./kernel/memory.ts";
import { mixContestants } from "./kernel/mix.ts";
import { oolContestants } from "./kernel/ool.ts";
import { rpcContestants } from "./kernel/rpc.ts";
import { watchedContestants } from "./kernel/watched.ts";
import { actorPeers } from "./peers/actors.ts";
import { javascriptPeers } from "./peers/javascript.ts";
import { cContestants } from "./peers/pingpong.ts";
import { spinContestants } from "./peers/spin.ts";
import { threadPeers } from "./peers/threads.ts";
import { startContestants } from "./system/boots.ts";
import { programContestants } from "./system/programs.ts";
import { replayContestants } from "./system/replay.ts";

/** As they are sampled in the process that they are in. */
export const here: readonly Contestant[] = [
  ...[rpcContestants, mixContestants, oolContestants, manyContestants, memoryContestants, watchedContestants],
  ...[programContestants, startContestants, replayContestants, exploreContestants],
  ...[cContestants, spinContestants, javascriptPeers, actorPeers, threadPeers],
].flat();

export const contestants: readonly Contestant[] = apart(here);
