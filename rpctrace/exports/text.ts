/** Lines in the manner of rpctrace, as `boot --rpctrace` prints them. */
import type { Paint } from "../../mach/mig/show.ts";
import { RpctraceFormat } from "../format.ts";
import type { View } from "../select.ts";

/** Names are those of the moment, so every event is followed; what is not chosen is not printed. */
export function text(view: View, write: (text: string) => void, paint?: Paint): void {
  const chosen = new Set(view.calls.map((m) => m.sent));
  const format = new RpctraceFormat(write, { wanted: (sent) => chosen.has(sent), interfaces: view.interfaces, paint });
  for (const event of view.all) format.event(event);
  format.end();
}
