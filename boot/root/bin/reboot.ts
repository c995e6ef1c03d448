/** reboot: stops the system and starts it again. Root only. */
import { RB_AUTOBOOT } from "../../../servers/interfaces/hurd-types.ts";
import { reboot } from "../lib/reboot.ts";
import { tool } from "../lib/tool.ts";

export const main = tool({ letters: "f", long: { force: "f" }, usage: "" }, function* (t) {
  yield* t.try("cannot reboot", reboot(t.libc, RB_AUTOBOOT));
});
