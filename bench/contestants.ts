/** Everything that is measured, in the order of the table. */
import type { Contestant } from "./contest.ts";
import { manyContestants } from "./kernel/many.ts";
import { mixContestants } from "./kernel/mix.ts";
import { oolContestants } from "./kernel/ool.ts";
import { rpcContestants } from "./kernel/rpc.ts";
import { actorPeers } from "./peers/actors.ts";
import { javascriptPeers } from "./peers/javascript.ts";
import { cContestants } from "./peers/pingpong.ts";
import { threadPeers } from "./peers/threads.ts";
import { programContestants } from "./system/programs.ts";

export const contestants: readonly Contestant[] = [
  ...rpcContestants, ...mixContestants, ...oolContestants, ...manyContestants,
  ...programContestants,
  ...cContestants, ...javascriptPeers, ...actorPeers, ...threadPeers,
];
