/** Signals by name, as the shell and kill show them. */
import { SIGNALS, signalNumber, signalOf, strsignal } from "../../../servers/interfaces/signals.ts";

export { signalNumber };
/** "TERM"; the number when there is no such signal. */
export const signalName = (signo: number): string => signalOf(signo)?.name ?? String(signo);
/** "Terminated" */
export const signalText = strsignal;
/** All numbers, rising. */
export const allSignals = (): readonly number[] => SIGNALS.map((s) => s.signo);
