/** halt: stops the system. Root only. */
import { RB_HALT } from "../../../servers/interfaces/hurd-types.ts";
import { reboot } from "../lib/reboot.ts";
import { tool } from "../lib/tool.ts";

export const main = tool({ letters: "f", long: { force: "f" }, usage: "" }, function* (t) {
  yield* t.try("cannot halt", reboot(t.libc, RB_HALT));
});
