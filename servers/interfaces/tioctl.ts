/** ioctls on terminals, as messages. */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const tioctl = subsystem("tioctl", 156000, {
  /** Modem state, old form. */
  tioctl_tiocmodg: routine(156003, {}, { state: t.int }),
  /** Sets modem state, old form. */
  tioctl_tiocmods: routine(156004, { state: t.int }, {}),
  /** No more opens: EBUSY for the next. */
  tioctl_tiocexcl: routine(156013, {}, {}),
  /** Opens are allowed again. */
  tioctl_tiocnxcl: routine(156014, {}, {}),
  /** Drops queued input (1), output (2) or both (0). */
  tioctl_tiocflush: routine(156016, { queue_selector: t.int }, {}),
  /** Modes, control characters and speeds. */
  tioctl_tiocgeta: routine(156019, {}, { modes: t.ints(4), ccs: t.chars(20), speeds: t.ints(2) }),
  /** Sets them at once. */
  tioctl_tiocseta: routine(156020, { modes: t.ints(4), ccs: t.chars(20), speeds: t.ints(2) }, {}),
  /** Sets them when output is out. */
  tioctl_tiocsetaw: routine(156021, { modes: t.ints(4), ccs: t.chars(20), speeds: t.ints(2) }, {}),
  /** Sets them when output is out, and drops input. */
  tioctl_tiocsetaf: routine(156022, { modes: t.ints(4), ccs: t.chars(20), speeds: t.ints(2) }, {}),
  /** Line discipline. */
  tioctl_tiocgetd: routine(156026, {}, { discipline: t.int }),
  /** Sets the line discipline. */
  tioctl_tiocsetd: routine(156027, { discipline: t.int }, {}),
  /** Answers when all output is out. */
  tioctl_tiocdrain: routine(156094, {}, {}),
  /** Sends a signal to the foreground group (pty master). */
  tioctl_tiocsig: routine(156095, { signal: t.int }, {}),
  /** External processing on or off (pty master). */
  tioctl_tiocext: routine(156096, { mode: t.int }, {}),
  /** User control mode of a pty. */
  tioctl_tiocucntl: routine(156202, { set_or_clear: t.int }, {}),
  /** Sets the window size (rows, columns, pixels); SIGWINCH to the foreground group if it changed. */
  tioctl_tiocswinsz: routine(156203, { sizes: t.shorts(4) }, {}),
  /** The window size. */
  tioctl_tiocgwinsz: routine(156204, {}, { sizes: t.shorts(4) }),
  /** Remote input editing on or off. */
  tioctl_tiocremote: routine(156205, { on_or_off: t.int }, {}),
  /** Modem bits. */
  tioctl_tiocmget: routine(156206, {}, { bits: t.int }),
  /** Clears modem bits. */
  tioctl_tiocmbic: routine(156207, { bits: t.int }, {}),
  /** Sets modem bits. */
  tioctl_tiocmbis: routine(156208, { bits: t.int }, {}),
  /** Replaces the modem bits. */
  tioctl_tiocmset: routine(156209, { bits: t.int }, {}),
  /** Output goes on, as by ^Q. */
  tioctl_tiocstart: routine(156210, {}, {}),
  /** Output stops, as by ^S. */
  tioctl_tiocstop: routine(156211, {}, {}),
  /** Packet mode of a pty master. */
  tioctl_tiocpkt: routine(156212, { on_or_off: t.int }, {}),
  /** A character as if it had been typed. */
  tioctl_tiocsti: routine(156214, { datum: t.chars(1) }, {}),
  /** Characters waiting to go out. */
  tioctl_tiocoutq: routine(156215, {}, { queue_size: t.int }),
  /** Sets the foreground process group. No check of the session. */
  tioctl_tiocspgrp: routine(156218, { pgrp: t.int }, {}),
  /** The foreground process group; ENOTTY when there is none. */
  tioctl_tiocgpgrp: routine(156219, {}, { pgrp: t.int }),
  /** Clears data terminal ready. */
  tioctl_tioccdtr: routine(156220, {}, {}),
  /** Sets data terminal ready. */
  tioctl_tiocsdtr: routine(156221, {}, {}),
  /** Ends a break. */
  tioctl_tioccbrk: routine(156222, {}, {}),
  /** Begins a break. */
  tioctl_tiocsbrk: routine(156223, {}, {}),
});

/** Plain stubs. */
export const tioctlCall = client(tioctl);
