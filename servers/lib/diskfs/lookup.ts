/**
 * `dir_lookup` (fs-io.md §3.2): as many components as lie in this filesystem, in one request. Where another server must go on, at a translator, a
 * ".." above the top or an absolute link, the client is told how.
 */
import { copySend, MACH_PORT_NULL } from "../../../mach/ipc/names.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { Errno } from "../../interfaces/errno.ts";
import {
  F_RDLCK, F_WRLCK, O_CREAT, O_DIRECTORY, O_EXCL, O_EXEC, O_EXLOCK, O_HURD, O_NOATIME, O_NOLINK, O_NOTRANS, O_READ, O_SHLOCK, O_WRITE, STRING_SIZE,
} from "../../interfaces/hurd-types.ts";
import { S_IEXEC, S_IFMT, S_IFREG, S_IPTRANS, S_IREAD, S_ISBLK, S_ISCHR, S_ISDIR, S_ISFIFO, S_ISLNK, S_ISPARE, S_ISSOCK, S_ISVTX, S_ITRANS, S_IWRITE } from "../../interfaces/stat.ts";
import { access, isOwner } from "../iouser.ts";
import { magical, normal, reauth, type LookupAnswer } from "../lookup-answer.ts";
import { createNode } from "./create.ts";
import { lookupEntry } from "./entry.ts";
import type { Diskfs } from "./filesystem.ts";
import { lockOnOpen } from "./lock.ts";
import type { Node } from "./node.ts";
import type { Protid } from "./peropen.ts";
import { fetchNodeRoot } from "./translator.ts";

export type Looked = LookupAnswer | { readonly err: Failure };

/** A component that was found: what there is, and what remains. */
interface Hit {
  readonly node: Node;
  readonly created: boolean;
  readonly last: boolean;
  readonly mustBeDir: boolean;
  readonly rest: string;
}

const stripSlashes = (path: string): string => path.replace(/^\/+/, "");

/** `path` with one more component. */
export function joinPath(path: string, name: string): string {
  if (name === ".") return path;
  if (name === "..") return path.replace(/\/?[^/]*$/, "");
  return path === "" ? name : `${path}/${name}`;
}

/** Types that only their translator can read and write. */
export const needsServer = (mode: number): boolean => S_ISSOCK(mode) || S_ISBLK(mode) || S_ISCHR(mode) || S_ISFIFO(mode);

/** Checks of step 8: may `who` open a node that is there with `flags`? */
export function checkOpen(fs: Diskfs, node: Node, flags: number, who: Protid): 0 | Failure {
  const { mode } = node.st;
  if (needsServer(mode) && (flags & (O_READ | O_WRITE | O_EXEC)) !== 0) return Errno.EACCES;
  if (S_ISLNK(mode) && (flags & (O_WRITE | O_EXEC)) !== 0) return Errno.ELOOP;
  return accessFor(fs, node, flags, who);
}

/** READ, then EXEC, then WRITE: the first that is refused. */
export function accessFor(fs: Diskfs, node: Node, flags: number, { user }: Pick<Protid, "user">): 0 | Failure {
  let err: 0 | Failure = flags & O_READ ? access(node.st, S_IREAD, user) : 0;
  if (!err && flags & O_EXEC) err = access(node.st, S_IEXEC, user);
  if (err || !(flags & O_WRITE)) return err;
  if (S_ISDIR(node.st.mode)) return Errno.EISDIR;
  return fs.settings.readonly ? Errno.EROFS : access(node.st, S_IWRITE, user);
}

/** True when a lookup that comes to `node` must ask its translator. */
export const hasTranslator = (node: Node): boolean =>
  (node.st.mode & S_IPTRANS) !== 0 || S_ISFIFO(node.st.mode) || S_ISCHR(node.st.mode) || S_ISBLK(node.st.mode) || node.transbox.translated;

class Lookup {
  private readonly fs: Diskfs;
  private readonly self: Protid;
  private readonly flags: number;
  private readonly wantsDir: boolean;
  private readonly mode: number;
  private dir: Node;
  private path: string;
  private rest: string;
  private links = 0;
  constructor(fs: Diskfs, self: Protid, name: string, flags: number, mode: number) {
    this.fs = fs;
    this.self = self;
    this.flags = flags & O_HURD;
    this.wantsDir = (flags & O_DIRECTORY) !== 0;
    this.mode = mode;
    this.dir = self.node;
    this.path = self.po.place.path;
    this.rest = stripSlashes(name);
  }

  *run(): Syscall<Looked> {
    const { fs } = this;
    if (this.rest === "") {
      return yield* fs.lock.with(() => this.final({ node: this.dir, created: false, last: true, mustBeDir: false, rest: "" }, this.path));
    }
    for (;;) {
      const step = yield* fs.lock.with(() => this.component());
      if ("err" in step) return step;
      step.node.opens++;
      let answer: Looked | undefined;
      if (this.translates(step)) answer = yield* this.throughTranslator(step);
      answer ??= yield* fs.lock.with(() => this.plain(step));
      step.node.opens--;
      yield* fs.released(step.node);
      if (answer !== undefined) return answer;
    }
  }

  /** Takes the next component off the path and finds it. */
  private *component(): Syscall<Hit | Looked> {
    const slash = this.rest.indexOf("/");
    const name = slash < 0 ? this.rest : this.rest.slice(0, slash);
    const rest = slash < 0 ? "" : stripSlashes(this.rest.slice(slash));
    const last = rest === "";
    const mustBeDir = last && slash >= 0;
    const create = last && !mustBeDir && (this.flags & O_CREAT) !== 0;
    const found = yield* lookupEntry(this.fs, this.dir, name, this.self, create ? "create" : "lookup");
    if (found.err) return found;
    if (create && (this.flags & O_EXCL) !== 0 && (found.node !== undefined || found.up !== undefined)) return { err: Errno.EEXIST };
    if (found.up !== undefined && found.up !== MACH_PORT_NULL) return reauth(copySend(found.up), mustBeDir ? "/" : rest);
    this.name = name;
    if (found.node !== undefined) return { node: found.node, created: false, last, mustBeDir, rest };
    const made = yield* createNode(this.fs, this.dir, name, (this.mode & ~(S_IFMT | S_ISPARE | S_ISVTX | S_ITRANS)) | S_IFREG, this.self.user);
    return made.err ? made : { node: made.value, created: true, last, mustBeDir, rest };
  }
  /** The component that was taken last. */
  private name = "";

  private translates({ node, last, mustBeDir }: Hit): boolean {
    return ((this.flags & O_NOTRANS) === 0 || !last || mustBeDir) && hasTranslator(node);
  }

  /** Asks the node's translator for its root. Undefined: there is none after all. */
  private *throughTranslator({ node, last, mustBeDir, rest }: Hit): Syscall<Looked | undefined> {
    const { place } = this.self.po;
    const path = joinPath(this.path, this.name);
    const got = yield* fetchNodeRoot(this.fs, node, this.dir, { ...place, path: this.path }, path, this.self.user, last ? this.flags : 0);
    if (got.err === Errno.ENOENT) return undefined;
    if (got.err) return got;
    const more = mustBeDir ? "/" : rest;
    const name = got.retry_name === "" || more === "" ? got.retry_name + more : mustBeDir ? `${got.retry_name}/` : `${got.retry_name}/${rest}`;
    if (name.length < STRING_SIZE) return { ...got, retry_name: name };
    yield* deallocate(got.right.name);
    return { err: Errno.ENAMETOOLONG };
  }

  /** The node itself: a link to follow, the directory to go on in, or the result. Undefined: go on. */
  private *plain(hit: Hit): Syscall<Looked | undefined> {
    const { node, last, mustBeDir, rest } = hit;
    if (S_ISLNK(node.st.mode) && (!last || mustBeDir || (this.flags & (O_NOLINK | O_NOTRANS)) === 0)) return yield* this.follow(hit);
    const path = joinPath(this.path, this.name);
    if (last) return yield* this.final(hit, path);
    this.dir = node;
    this.path = path;
    this.rest = rest;
    return undefined;
  }

  private *follow({ node, mustBeDir, rest }: Hit): Syscall<Looked | undefined> {
    if (this.links++ > this.fs.store.maxSymlinks) return { err: Errno.ELOOP };
    const target = yield* node.readlink();
    if (target.err) return target;
    const path = rest === "" ? (mustBeDir ? `${target.value}/` : target.value) : `${target.value}/${rest}`;
    if (path.length >= STRING_SIZE) return { err: Errno.ENAMETOOLONG };
    if (target.value.startsWith("/")) return magical(path);
    this.rest = target.value === "" ? rest : path;
    if (this.rest !== "") return undefined;
    return yield* this.final({ node: this.dir, created: false, last: true, mustBeDir, rest: "" }, this.path);
  }

  /** Opens what was found. */
  private *final({ node, created, mustBeDir }: Hit, path: string): Syscall<Looked> {
    const { fs, self } = this;
    if ((mustBeDir || this.wantsDir) && !S_ISDIR(node.st.mode)) return { err: Errno.ENOTDIR };
    const err = created ? 0 : checkOpen(fs, node, this.flags, self);
    if (err) return { err };
    const flags = this.flags & O_NOATIME && isOwner(node.st, self.user) ? this.flags & ~O_NOATIME : this.flags;
    node.path = path;
    const po = yield* fs.open(node, flags, { ...self.po.place, path });
    const port = yield* fs.protid(po, self.user);
    const locked = flags & (O_EXLOCK | O_SHLOCK) ? yield* lockOnOpen(po, flags & O_EXLOCK ? F_WRLCK : F_RDLCK) : 0;
    if (!locked) return normal(yield* fs.bucket.getRight(port));
    yield* fs.bucket.destroyRight(port);
    return { err: locked };
  }
}

/** Looks `name` up from the file behind `self`. The answer's right is to be sent. */
export const dirLookup = (fs: Diskfs, self: Protid, name: string, flags: number, mode: number): Syscall<Looked> =>
  new Lookup(fs, self, name, flags, mode).run();

