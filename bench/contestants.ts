/** Everything that is measured, in the order of the table. */
import type { Contestant } from "./contest.ts";
import { rpcContestants } from "./kernel/rpc.ts";
import { cContestants } from "./peers/pingpong.ts";

export const contestants: readonly Contestant[] = [...rpcContestants, ...cContestants];
