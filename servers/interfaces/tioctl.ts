/** ioctls on terminals, as messages. */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const tioctl = subsystem("tioctl", 156000, {
  /** Tioctl tiocmodg. */
  tioctl_tiocmodg: routine(156003, {}, { state: t.int }),
  /** Tioctl tiocmods. */
  tioctl_tiocmods: routine(156004, { state: t.int }, {}),
  /** Tioctl tiocexcl. */
  tioctl_tiocexcl: routine(156013, {}, {}),
  /** Tioctl tiocnxcl. */
  tioctl_tiocnxcl: routine(156014, {}, {}),
  /** Tioctl tiocflush. */
  tioctl_tiocflush: routine(156016, { queue_selector: t.int }, {}),
  /** Tioctl tiocgeta. */
  tioctl_tiocgeta: routine(156019, {}, { modes: t.ints(4), ccs: t.chars(20), speeds: t.ints(2) }),
  /** Tioctl tiocseta. */
  tioctl_tiocseta: routine(156020, { modes: t.ints(4), ccs: t.chars(20), speeds: t.ints(2) }, {}),
  /** Tioctl tiocsetaw. */
  tioctl_tiocsetaw: routine(156021, { modes: t.ints(4), ccs: t.chars(20), speeds: t.ints(2) }, {}),
  /** Tioctl tiocsetaf. */
  tioctl_tiocsetaf: routine(156022, { modes: t.ints(4), ccs: t.chars(20), speeds: t.ints(2) }, {}),
  /** Tioctl tiocgetd. */
  tioctl_tiocgetd: routine(156026, {}, { discipline: t.int }),
  /** Tioctl tiocsetd. */
  tioctl_tiocsetd: routine(156027, { discipline: t.int }, {}),
  /** Tioctl tiocdrain. */
  tioctl_tiocdrain: routine(156094, {}, {}),
  /** Tioctl tiocsig. */
  tioctl_tiocsig: routine(156095, { signal: t.int }, {}),
  /** Tioctl tiocext. */
  tioctl_tiocext: routine(156096, { mode: t.int }, {}),
  /** Tioctl tiocucntl. */
  tioctl_tiocucntl: routine(156202, { set_or_clear: t.int }, {}),
  /** Tioctl tiocswinsz. */
  tioctl_tiocswinsz: routine(156203, { sizes: t.shorts(4) }, {}),
  /** Tioctl tiocgwinsz. */
  tioctl_tiocgwinsz: routine(156204, {}, { sizes: t.shorts(4) }),
  /** Tioctl tiocremote. */
  tioctl_tiocremote: routine(156205, { on_or_off: t.int }, {}),
  /** Tioctl tiocmget. */
  tioctl_tiocmget: routine(156206, {}, { bits: t.int }),
  /** Tioctl tiocmbic. */
  tioctl_tiocmbic: routine(156207, { bits: t.int }, {}),
  /** Tioctl tiocmbis. */
  tioctl_tiocmbis: routine(156208, { bits: t.int }, {}),
  /** Tioctl tiocmset. */
  tioctl_tiocmset: routine(156209, { bits: t.int }, {}),
  /** Tioctl tiocstart. */
  tioctl_tiocstart: routine(156210, {}, {}),
  /** Tioctl tiocstop. */
  tioctl_tiocstop: routine(156211, {}, {}),
  /** Tioctl tiocpkt. */
  tioctl_tiocpkt: routine(156212, { on_or_off: t.int }, {}),
  /** Tioctl tiocsti. */
  tioctl_tiocsti: routine(156214, { datum: t.chars(1) }, {}),
  /** Tioctl tiocoutq. */
  tioctl_tiocoutq: routine(156215, {}, { queue_size: t.int }),
  /** Tioctl tiocspgrp. */
  tioctl_tiocspgrp: routine(156218, { pgrp: t.int }, {}),
  /** Tioctl tiocgpgrp. */
  tioctl_tiocgpgrp: routine(156219, {}, { pgrp: t.int }),
  /** Tioctl tioccdtr. */
  tioctl_tioccdtr: routine(156220, {}, {}),
  /** Tioctl tiocsdtr. */
  tioctl_tiocsdtr: routine(156221, {}, {}),
  /** Tioctl tioccbrk. */
  tioctl_tioccbrk: routine(156222, {}, {}),
  /** Tioctl tiocsbrk. */
  tioctl_tiocsbrk: routine(156223, {}, {}),
});

/** Plain stubs. */
export const tioctlCall = client(tioctl);
