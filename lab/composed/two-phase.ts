/** A protocol of `protocols.ts` as a mechanism like the others. */
import type { AuthorityGraph } from "../model/authority.ts";
import type { Launch, Mechanism, Policy } from "../model/launch.ts";
import { graphOf, type Description } from "./authority.ts";
import { execBy, type Protocol } from "./protocols.ts";

/** The mechanism that execs by `protocol`. Numbers are kept, so the program finds its things where S had them. */
export const byProtocol = (protocol: Protocol, policy: Policy): Mechanism => ({
  name: protocol,
  column: "TX",
  policy: { ...policy, describe: "position" },
  launch(launch, { seed, strategy }) {
    const seen: { atFirst?: AuthorityGraph; atEnd?: AuthorityGraph } = {};
    const description = descriptionOf(launch);
    const { ran, answer, failState, cost } = execBy(protocol, launch, {
      seed,
      strategy,
      look(kernel, when) {
        const graph = graphOf(kernel, launch.manifest, description);
        if (when === "end") seen.atEnd = graph;
        else seen.atFirst ??= graph;
      },
    });
    const empty: AuthorityGraph = { tasks: [], objects: [], holdings: [], yields: [], namings: [], controls: [] };
    return {
      outcome: ran ? { ran, status: 0 } : { ran: false, error: typeof answer === "string" ? answer : undefined },
      failState,
      atFirst: seen.atFirst,
      atQuiescence: seen.atEnd ?? empty,
      cost,
    };
  },
});

const descriptionOf = ({ manifest, holds }: Launch): Description => ({
  numbers: new Map(manifest.map(({ name, object }) => [name, holds.find((h) => h.object === object)?.at[0] ?? -1] as const)),
  as: (_name, fd) => `fd ${fd}`,
});
