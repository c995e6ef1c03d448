/** /etc, and the homes, of the root filesystem as it is delivered. */

/** A file, its content, mode and owner. Directories come of themselves; `directories` are those with an owner or mode of their own. */
export interface EtcFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}
export interface EtcDirectory {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

const file = (path: string, text: string, mode = 0o644, uid = 0, gid = 0): EtcFile => ({ path, text, mode, uid, gid });
const directory = (path: string, mode = 0o755, uid = 0, gid = 0): EtcDirectory => ({ path, mode, uid, gid });

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
  "# Read by login shells.",
  "export PATH HOME USER SHELL TERM",
);
const TTYS = lines(
  "# terminal  command               type   status",
  'console     "/libexec/getty 9600" xterm  on secure',
);

/** The files, in the order of their paths. */
export const etcFiles: readonly EtcFile[] = [
  file("/etc/group", GROUP),
  file("/etc/hostname", lines("hurd")),
  file("/etc/motd", MOTD),
  file("/etc/passwd", PASSWD),
  file("/etc/profile", PROFILE),
  file("/etc/shadow", SHADOW, 0o600),
  file("/etc/shells", lines("/bin/sh")),
  file("/etc/ttys", TTYS),
  file("/var/run/utmp", ""),
];

/** Directories with a mode or an owner of their own. */
export const etcDirectories: readonly EtcDirectory[] = [
  directory("/etc"),
  directory("/home"),
  directory("/home/guest", 0o755, 1000, 1000),
  directory("/root", 0o700),
  directory("/tmp", 0o1777),
  directory("/var"),
  directory("/var/run"),
  directory("/var/tmp", 0o1777),
];
