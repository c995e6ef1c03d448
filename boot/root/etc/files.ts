/** The files of /etc in the root filesystem as it is delivered. All are root's. */

/** Name in /etc, mode, and content. */
export type EtcFile = readonly [name: string, mode: number, text: string];

const lines = (...all: readonly string[]): string => all.map((l) => `${l}\n`).join("");

const PASSWD = lines(
  "root:x:0:0:root:/root:/bin/sh",
  "daemon:x:1:1:daemon:/:/bin/false",
  "guest:x:1000:1000:Guest:/home/guest:/bin/sh",
  "nobody:x:65534:65534:nobody:/:/bin/false",
);
const GROUP = lines("root:x:0:", "daemon:x:1:", "users:x:100:guest", "guest:x:1000:", "nogroup:x:65534:");
/** The passwords are "hurd" and "guest"; the scheme is crypt(3)'s SHA-256 (glibc-shim/crypt.ts). */
const SHADOW = lines(
  "root:$5$rounds=1000$hurdroot$HljH4CpsNENNFMTDpBQn8aaPyQEezTTYLmVc12ZrZv5:::::::",
  "daemon:*:::::::",
  "guest:$5$rounds=1000$hurduser$Y5mbrpn5aNQolcwQB2gZUsdMqknbrYu5JI66FwqnFSA:::::::",
  "nobody:*:::::::",
);
const MOTD = lines(
  "Welcome to a simulated GNU/Hurd. Everything here is a message to a port:",
  "see `ps -A', `showtrans /dev/*', and `settrans -c file /hurd/hello'.",
);
const PROFILE = lines(
  "# Read by login shells. Pid 1 and what it starts have umask 0.",
  "umask 022",
  "export PATH HOME USER SHELL TERM",
);
const TTYS = lines(
  "# terminal  command               type   status",
  'console     "/libexec/getty 9600" xterm  on secure',
);

/** The files, in the order of their names. */
export const etcFiles: readonly EtcFile[] = [
  ["group", 0o644, GROUP],
  ["hostname", 0o644, lines("hurd")],
  ["motd", 0o644, MOTD],
  ["passwd", 0o644, PASSWD],
  ["profile", 0o644, PROFILE],
  ["shadow", 0o600, SHADOW],
  ["shells", 0o644, lines("/bin/sh")],
  ["ttys", 0o644, TTYS],
];
