/** Genode: S serves an object for P and one for Q. */
import { f33c, perObject2020, tidy2995, type Knobs } from "../genode/base/knobs.ts";
import { Stage } from "../genode/base/stage.ts";
import { callFrom, idler, server, type CallResult } from "../genode/scenarios/cast.ts";
import type { Revocable } from "./revocable.ts";

type What = "entrypoint" | "object";

function scene(knobs: Knobs, what: What): Revocable {
  const stage = new Stage({ knobs });
  const s = server(stage, "S", 2);
  const clients = { P: idler(stage, "P"), Q: idler(stage, "Q") };
  stage.run();
  const [first, second] = s.caps;
  if (first === undefined || second === undefined) throw new Error("S serves nothing");
  const caps = { P: stage.hand(s, first, clients.P), Q: stage.hand(s, second, clients.Q) };
  const worked = ({ value }: CallResult, object: number): boolean => value === object;
  return {
    use: (by) => worked(callFrom(stage, clients[by], caps[by]), by === "P" ? 0 : 1),
    forge: () => worked(callFrom(stage, clients.P, { ...caps.P, localName: caps.Q.localName }), 1),
    revoke() {
      stage.thread(s, "revoke", function* () {
        const entrypoint = s.entrypoint();
        yield* what === "object" ? entrypoint.dissolve(first) : entrypoint.destroy();
      });
      stage.run();
    },
  };
}

/** The server closes its sockets (2995011b34). */
export const closedEntrypoint = (): Revocable => scene(tidy2995, "entrypoint");
/** It forgets the object; the socket stays. */
export const dissolvedObject = (): Revocable => scene(f33c, "object");
/** 2020: the object's socket pair goes. */
export const closedPair = (): Revocable => scene(perObject2020, "object");
