/** Two threads of one process that receive the first descriptor of the same entrypoint at the same time (G8). */
import type { Strategy } from "../../../mach/kern/scheduler.ts";
import type { Scenario } from "../../explore/explore.ts";
import { extract } from "../base/ipc.ts";
import type { Knobs } from "../base/knobs.ts";
import { Stage } from "../base/stage.ts";
import { pause } from "../linux/libc.ts";
import { arrive, bareEntrypoint } from "./cast.ts";

export interface Raced {
  /** What ended the process; undefined: it lives. */
  readonly trouble: string | undefined;
  /** Descriptors that it has in the end. */
  readonly fds: number;
}

export function registryRace(knobs: Knobs): Scenario<Raced> {
  return {
    run(strategy: Strategy): Raced {
      const stage = new Stage({ knobs, strategy });
      const r = stage.actor("R", () => pause());
      const file = bareEntrypoint(stage, 77);
      const fds = [arrive(stage, r, file), arrive(stage, r, file)];
      for (const fd of fds)
        stage.thread(r, `receive${fd}`, function* (rt) {
          yield* extract(rt, [fd]);
        });
      stage.run();
      return { trouble: r.process.trouble, fds: r.process.table.size };
    },
    key: ({ trouble, fds }) => trouble ?? `${fds} descriptor${fds === 1 ? "" : "s"}`,
  };
}
