/** Names and texts of signals. */
import { SIGNALS } from "../../../servers/interfaces/signals.ts";
