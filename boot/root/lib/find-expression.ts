/** find's expressions. */
import type { Stat } from "../../../glibc-shim/libc.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { WEXITSTATUS, WIFEXITED } from "../../../servers/interfaces/wait-status.ts";
import { confirmed } from "./ask.ts";
import { patternMatcher } from "./fnmatch.ts";
import { isDirectory, isSymlink, modeString, parseMode, typeLetter } from "./mode.ts";
import { UsageError } from "./options.ts";
import { Owners } from "./owners.ts";
import { directoryPart, lastComponent } from "./path.ts";
import type { Tool } from "./tool.ts";

/** A node that is being looked at, and what the expression decided of it. */
export interface Visit {
  readonly path: string;
  readonly st: Stat;
  readonly depth: number;
  pruned: boolean;
  quit: boolean;
}
type Test = (v: Visit) => Syscall<boolean>;

export interface Expression {
  readonly test: Test;
  readonly depthFirst: boolean;
  readonly minDepth: number;
  readonly maxDepth: number;
  /** What is left to do at the end: -exec … + */
  readonly finish: readonly (() => Syscall<void>)[];
  /** -quit was met. */
  over: boolean;
}

/** Reads the words of an expression; -print when they have no action. Throws UsageError. */
export function* parseExpression(t: Tool, words: readonly string[]): Syscall<Expression> {
  const parser = new Parser(t, words, (yield* t.libc.gettimeofday()).sec);
  const parsed = words.length > 0 ? yield* parser.or() : undefined;
  parser.end();
  const print: Test = function* (v) {
    yield* t.out.line(v.path);
    return true;
  };
  const test: Test = parser.acted && parsed ? parsed : parsed ? (v) => both(parsed, print, v) : print;
  return { test, depthFirst: parser.depthFirst, minDepth: parser.minDepth, maxDepth: parser.maxDepth, finish: parser.finish, over: false };
}

function* both(a: Test, b: Test, v: Visit): Syscall<boolean> {
  return (yield* a(v)) && (yield* b(v));
}
const pure = (test: (v: Visit) => boolean): Test =>
  function* (v) {
    return test(v);
  };

class Parser {
  acted = false;
  depthFirst = false;
  minDepth = 0;
  maxDepth = Infinity;
  readonly finish: (() => Syscall<void>)[] = [];
  readonly #t: Tool;
  readonly #words: readonly string[];
  readonly #now: number;
  #at = 0;
  constructor(t: Tool, words: readonly string[], now: number) {
    this.#t = t;
    this.#words = words;
    this.#now = now;
  }
  end(): void {
    const word = this.#words[this.#at];
    if (word !== undefined) throw new UsageError(word === ")" ? "you have too many ')'" : `paths must precede expression: '${word}'`);
  }
  *or(): Syscall<Test> {
    let left = yield* this.#and();
    while (this.#accept("-o") || this.#accept("-or")) {
      const [a, b] = [left, yield* this.#and()];
      left = function* (v) {
        return (yield* a(v)) || (yield* b(v));
      };
    }
    return left;
  }
  *#and(): Syscall<Test> {
    let left = yield* this.#not();
    for (let word = this.#words[this.#at]; word !== undefined && word !== ")" && word !== "-o" && word !== "-or"; word = this.#words[this.#at]) {
      if (word === "-a" || word === "-and") this.#at++;
      const [a, b] = [left, yield* this.#not()];
      left = (v) => both(a, b, v);
    }
    return left;
  }
  *#not(): Syscall<Test> {
    if (this.#accept("!") || this.#accept("-not")) {
      const inner = yield* this.#not();
      return function* (v) {
        return !(yield* inner(v));
      };
    }
    if (!this.#accept("(")) return yield* this.#primary();
    const inner = yield* this.or();
    if (!this.#accept(")")) throw new UsageError("expected to see a ')'");
    return inner;
  }
  #accept(word: string): boolean {
    if (this.#words[this.#at] !== word) return false;
    this.#at++;
    return true;
  }
  #argument(of: string): string {
    const word = this.#words[this.#at++];
    if (word === undefined) throw new UsageError(`missing argument to '${of}'`);
    return word;
  }

  *#primary(): Syscall<Test> {
    const word = this.#argument("expression");
    return this.#option(word) ?? this.#nameTest(word) ?? (yield* this.#statusTest(word)) ?? this.#action(word) ?? this.#unknown(word);
  }
  #unknown(word: string): never {
    throw new UsageError(`unknown predicate '${word}'`);
  }
  #option(word: string): Test | undefined {
    const always = pure(() => true);
    switch (word) {
      case "-depth":
        this.depthFirst = true;
        return always;
      case "-maxdepth":
        this.maxDepth = this.#count(word);
        return always;
      case "-mindepth":
        this.minDepth = this.#count(word);
        return always;
      case "-xdev":
      case "-mount":
      case "-true":
        return always;
      case "-false":
        return pure(() => false);
      default:
        return undefined;
    }
  }
  #count(word: string): number {
    const text = this.#argument(word);
    if (!/^\d+$/.test(text)) throw new UsageError(`invalid argument '${text}' to '${word}'`);
    return Number(text);
  }
  #nameTest(word: string): Test | undefined {
    const fold = word.startsWith("-i") && word !== "-inum";
    switch (word) {
      case "-name":
      case "-iname": {
        const matches = patternMatcher(this.#argument(word), fold);
        return pure((v) => matches(lastComponent(v.path)));
      }
      case "-path":
      case "-ipath":
      case "-wholename": {
        const matches = patternMatcher(this.#argument(word), fold);
        return pure((v) => matches(v.path));
      }
      case "-lname": {
        const matches = patternMatcher(this.#argument(word));
        const { libc } = this.#t;
        return function* (v) {
          return isSymlink(v.st) && matches(yield* libc.readlink(v.path));
        };
      }
      default:
        return undefined;
    }
  }
  *#statusTest(word: string): Syscall<Test | undefined> {
    switch (word) {
      case "-type": {
        const letters = this.#argument(word).split(",").map((l) => (l === "f" ? "-" : l));
        return pure((v) => letters.includes(typeLetter(v.st.mode)));
      }
      case "-size":
        return this.#size(word);
      case "-empty":
        return this.#empty();
      case "-perm":
        return this.#permission(word);
      case "-user":
      case "-group":
        return yield* this.#owner(word);
      case "-newer": {
        const st = yield* this.#t.libc.stat(this.#argument(word));
        return pure((v) => v.st.mtime > st.mtime);
      }
      default:
        return this.#numeric(word);
    }
  }
  /** N, +N, -N */
  #numeric(word: string): Test | undefined {
    const values: Readonly<Record<string, (st: Stat) => number>> = {
      "-links": (st) => st.nlink,
      "-inum": (st) => st.ino,
      "-uid": (st) => st.uid,
      "-gid": (st) => st.gid,
      "-mtime": (st) => Math.floor((this.#now - st.mtime) / 86400),
      "-atime": (st) => Math.floor((this.#now - st.atime) / 86400),
      "-ctime": (st) => Math.floor((this.#now - st.ctime) / 86400),
      "-mmin": (st) => Math.ceil((this.#now - st.mtime) / 60),
      "-amin": (st) => Math.ceil((this.#now - st.atime) / 60),
    };
    const value = values[word];
    if (!value) return undefined;
    const compare = comparison(word, this.#argument(word));
    return pure((v) => compare(value(v.st)));
  }
  #size(word: string): Test {
    const text = this.#argument(word);
    const m = /^([+-]?\d+)([bcwkMG]?)$/.exec(text);
    if (!m) throw new UsageError(`invalid -size argument '${text}'`);
    const unit = { b: 512, c: 1, w: 2, k: 1024, M: 1048576, G: 2 ** 30, "": 512 }[m[2] as "b" | "c" | "w" | "k" | "M" | "G" | ""];
    const compare = comparison(word, m[1] ?? "0");
    return pure((v) => compare(Math.ceil(v.st.size / unit)));
  }
  #empty(): Test {
    const { libc } = this.#t;
    return function* (v) {
      if (!isDirectory(v.st)) return typeLetter(v.st.mode) === "-" && v.st.size === 0;
      const read = yield* attempt(libc.readdir(v.path));
      return read.err === 0 && read.value.every((e) => e.name === "." || e.name === "..");
    };
  }
  #permission(word: string): Test {
    const text = this.#argument(word);
    const change = parseMode(text.replace(/^[-/]/, ""));
    if (!change) throw new UsageError(`invalid mode '${text}'`);
    const wanted = change(0, false, 0) & 0o7777;
    if (text.startsWith("-")) return pure((v) => (v.st.mode & wanted) === wanted);
    if (text.startsWith("/")) return pure((v) => wanted === 0 || (v.st.mode & wanted) !== 0);
    return pure((v) => (v.st.mode & 0o7777) === wanted);
  }
  *#owner(word: string): Syscall<Test> {
    const text = this.#argument(word);
    const user = word === "-user";
    const id = user ? (yield* this.#t.libc.getpwnam(text))?.uid : (yield* this.#t.libc.getgrnam(text))?.gid;
    const wanted = id ?? (/^\d+$/.test(text) ? Number(text) : undefined);
    if (wanted === undefined) throw new UsageError(`'${text}' is not the name of a known ${user ? "user" : "group"}`);
    return pure((v) => (user ? v.st.uid : v.st.gid) === wanted);
  }

  #action(word: string): Test | undefined {
    const { out } = this.#t;
    switch (word) {
      case "-prune":
        return pure((v) => (v.pruned = true));
      case "-quit":
        return pure((v) => (v.quit = true));
      case "-print":
      case "-print0": {
        const end = word === "-print" ? "\n" : "\0";
        return this.#acting(function* (v) {
          yield* out.text(v.path + end);
          return true;
        });
      }
      case "-printf":
        return this.#printf(this.#argument(word));
      case "-ls":
        return this.#acting((v) => listed(this.#t, v));
      case "-delete":
        this.depthFirst = true;
        return this.#acting((v) => deleted(this.#t, v));
      case "-exec":
      case "-ok":
        return this.#exec(word);
      default:
        return undefined;
    }
  }
  #acting(test: Test): Test {
    this.acted = true;
    return test;
  }
  #printf(format: string): Test {
    const { out } = this.#t;
    return this.#acting(function* (v) {
      const values: Readonly<Record<string, string>> = { p: v.path, f: lastComponent(v.path), h: directoryPart(v.path), s: String(v.st.size), m: (v.st.mode & 0o7777).toString(8), y: typeLetter(v.st.mode).replace("-", "f"), u: String(v.st.uid), g: String(v.st.gid), i: String(v.st.ino), n: String(v.st.nlink), d: String(v.depth), "%": "%" };
      yield* out.text(format.replace(/%([a-z%])|\\([nt0\\])/g, (all, l?: string, e?: string) => (l !== undefined ? (values[l] ?? all) : ({ n: "\n", t: "\t", "0": "\0", "\\": "\\" }[e as "n"] ?? all))));
      return true;
    });
  }
  #exec(word: string): Test {
    const command: string[] = [];
    for (let w = this.#argument(word); w !== ";"; w = this.#argument(word)) {
      if (w === "+" && command.at(-1) === "{}") return this.#execMany(command.slice(0, -1));
      command.push(w);
    }
    const t = this.#t;
    return this.#acting(function* (v) {
      const argv = command.map((w) => w.replaceAll("{}", v.path));
      if (word === "-ok" && !(yield* confirmed(t, `< ${argv.join(" ")} > ?`))) return false;
      return yield* run(t, argv);
    });
  }
  #execMany(command: readonly string[]): Test {
    const t = this.#t;
    let paths: string[] = [];
    this.finish.push(function* () {
      if (paths.length > 0 && !(yield* run(t, [...command, ...paths]))) t.status = 1;
      paths = [];
    });
    return this.#acting(pure((v) => paths.push(v.path) > 0));
  }
}

function comparison(word: string, text: string): (n: number) => boolean {
  if (!/^[+-]?\d+$/.test(text)) throw new UsageError(`invalid argument '${text}' to '${word}'`);
  const n = Number(text.replace(/^[+-]/, ""));
  return text.startsWith("+") ? (x) => x > n : text.startsWith("-") ? (x) => x < n : (x) => x === n;
}

function* run(t: Tool, argv: readonly string[]): Syscall<boolean> {
  yield* t.out.flush();
  const pid = yield* t.try(argv[0] ?? "", t.libc.posix_spawnp(argv[0] ?? "", argv));
  if (pid === undefined) return false;
  const { status } = yield* t.libc.waitpid(pid);
  return WIFEXITED(status) && WEXITSTATUS(status) === 0;
}

function* deleted(t: Tool, v: Visit): Syscall<boolean> {
  const before = t.status;
  yield* t.try(v.path, isDirectory(v.st) ? t.libc.rmdir(v.path) : t.libc.unlink(v.path));
  return t.status === before;
}

function* listed(t: Tool, { st, path }: Visit): Syscall<boolean> {
  const owners = new Owners(t.libc);
  yield* t.out.line(`${String(st.ino).padStart(9)} ${String(Math.ceil(st.blocks / 2)).padStart(6)} ${modeString(st.mode)} ${String(st.nlink).padStart(3)} ${(yield* owners.user(st.uid)).padEnd(8)} ${(yield* owners.group(st.gid)).padEnd(8)} ${String(st.size).padStart(8)} ${path}`);
  return true;
}
