/** Libc's calls about ids, terminals and time, as methods of a library that knows its process. */
import { now, sleep, usleep } from "./clock.ts";
import { getegid, geteuid, getgid, getgroups, getuid, setauthHandle, setegid, seteuid, setgid, setgroups, setreuid, setuid } from "./ids.ts";
import { type Libc } from "./libc.ts";
import { findGroup, findPasswd, getgrouplist } from "./passwd.ts";
import { isatty, tcgetattr, tcgetpgrp, tcsetattr, tcsetpgrp, tiocgwinsz, tiocsctty, ttyname } from "./tty.ts";
import type { Bound } from "./library.ts";

/** Ids and the user database. */
export const identity = {
  getuid() {
    return getuid(this.p);
  },
  geteuid() {
    return geteuid(this.p);
  },
  getgid() {
    return getgid(this.p);
  },
  getegid() {
    return getegid(this.p);
  },
  getgroups() {
    return getgroups(this.p);
  },
  setuid(uid) {
    return setuid(this.p, uid);
  },
  seteuid(uid) {
    return seteuid(this.p, uid);
  },
  setgid(gid) {
    return setgid(this.p, gid);
  },
  setegid(gid) {
    return setegid(this.p, gid);
  },
  setreuid(ruid, euid) {
    return setreuid(this.p, ruid, euid);
  },
  setgroups(gids) {
    return setgroups(this.p, gids);
  },
  setauth(auth) {
    return setauthHandle(this.p, auth);
  },
  getpwnam(name) {
    return findPasswd(this.p, (entry) => entry.name === name);
  },
  getpwuid(uid) {
    return findPasswd(this.p, (entry) => entry.uid === uid);
  },
  getgrnam(name) {
    return findGroup(this.p, (entry) => entry.name === name);
  },
  getgrgid(gid) {
    return findGroup(this.p, (entry) => entry.gid === gid);
  },
  getgrouplist(user, gid) {
    return getgrouplist(this.p, user, gid);
  },
} satisfies Partial<Libc> & ThisType<Bound>;

/** Terminals and time. */
export const devices = {
  isatty(fd) {
    return isatty(this.p, fd);
  },
  ttyname(fd) {
    return ttyname(this.p, fd);
  },
  tcgetattr(fd) {
    return tcgetattr(this.p, fd);
  },
  tcsetattr(fd, when, termios) {
    return tcsetattr(this.p, fd, when, termios);
  },
  tcgetpgrp(fd) {
    return tcgetpgrp(this.p, fd);
  },
  tcsetpgrp(fd, pgrp) {
    return tcsetpgrp(this.p, fd, pgrp);
  },
  tiocgwinsz(fd) {
    return tiocgwinsz(this.p, fd);
  },
  tiocsctty(fd) {
    return tiocsctty(this.p, fd);
  },
  *gettimeofday() {
    const time = yield* now(this.p);
    return { sec: Math.floor(time / 1e6), usec: time % 1e6 };
  },
  sleep(seconds) {
    return sleep(this.p, seconds);
  },
  *usleep(microseconds) {
    yield* usleep(this.p, microseconds);
  },
} satisfies Partial<Libc> & ThisType<Bound>;
