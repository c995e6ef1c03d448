import { expect } from "chai";
import { MachMsg, type Item } from "../../../mach/ipc/message.ts";
import { asPort, MsgType } from "../../../mach/ipc/names.ts";
import { memoryObject } from "../../../mach/interfaces/memory-object.ts";
import { packFields } from "../../../mach/mig/client.ts";
import { createNode } from "../../../servers/lib/diskfs/create.ts";
import { dirMkdir, dirRename, dirUnlink } from "../../../servers/lib/diskfs/directory.ts";
import { fileSetSize } from "../../../servers/lib/diskfs/file.ts";
import { setOptions } from "../../../servers/lib/diskfs/options.ts";
import { PagerPorts } from "../../../servers/lib/diskfs/pager.ts";
import { Shutdown } from "../../../servers/lib/diskfs/shutdown.ts";
import { shortCircuit } from "../../../servers/lib/diskfs/short-circuit.ts";
import type { Node } from "../../../servers/lib/diskfs/node.ts";
import { check } from "../../../servers/ext2fs/check.ts";
import { rewriteName } from "../../../servers/ext2fs/directory.ts";
import { format } from "../../../servers/ext2fs/format.ts";
import { Super, SUPER_AT, VALID_FS } from "../../../servers/ext2fs/layout.ts";
import type { Ext2Node } from "../../../servers/ext2fs/node.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { startupNotify } from "../../../servers/interfaces/startup-notify.ts";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../../servers/interfaces/stat.ts";
import { e2fsck, now, port, TIME, used, type Used } from "./disk.ts";

const ROOT = { uids: [0], gids: [0] };

function fresh(state = VALID_FS): Used {
  const bytes = new Uint8Array(1 << 20);
  format(bytes, { blockSize: 1024, time: TIME });
  bytes[SUPER_AT + Super.STATE] = state;
  return used(bytes);
}

const stateOf = ({ disk }: Used): number => disk.bytes[SUPER_AT + Super.STATE] ?? 0;
const make = ({ fs, store }: Used, name: string): Ext2Node => {
  const made = now(createNode(fs, store.root, name, S_IFREG | 0o644, ROOT));
  if (made.err) throw new Error(String(made.err));
  return made.value as Ext2Node;
};
const mkdir = (mounted: Used, name: string): Ext2Node => {
  expect(now(dirMkdir(mounted.fs, port(mounted.fs, mounted.store.root).self, name, 0o755))).to.equal(0);
  const found = now(mounted.store.root.lookup(name));
  if (found.err) throw new Error(String(found.err));
  return found.value as Ext2Node;
};

describe("a mounted disk", () => {
  it("says that it is in use from the first change on, and that it is clean when it is done with", () => {
    const mounted = fresh();
    now(mounted.store.root.entries());
    expect([mounted.disk.writes, stateOf(mounted)]).to.deep.equal([0, VALID_FS]);
    make(mounted, "file");
    expect([mounted.disk.writes, stateOf(mounted)]).to.deep.equal([1, 0]);
    now(mounted.store.sync());
    expect([check(mounted.disk.bytes), stateOf(mounted)]).to.deep.equal([[], 0]);
    now(mounted.store.finish());
    expect(stateOf(mounted)).to.equal(VALID_FS);
    make(mounted, "another");
    expect(stateOf(mounted)).to.equal(0);
  });

  it("that was not clean is not called so: only fsck knows", () => {
    const mounted = fresh(0);
    make(mounted, "file");
    now(mounted.store.finish());
    expect([check(mounted.disk.bytes), stateOf(mounted)]).to.deep.equal([[], 0]);
  });

  it("that turns out not to be writable says so once, is read-only from then on, and cannot be made writable", () => {
    const mounted = fresh();
    let refused = 0;
    mounted.store.mounted.refused = () => refused++;
    mounted.disk.refuse = Errno.EROFS;
    expect(now(createNode(mounted.fs, mounted.store.root, "file", S_IFREG | 0o644, ROOT)).err).to.equal(Errno.EROFS);
    expect(now(createNode(mounted.fs, mounted.store.root, "file", S_IFREG | 0o644, ROOT)).err).to.equal(Errno.EROFS);
    expect(now(mounted.store.root.lookup("file")).err).to.equal(Errno.ENOENT);
    expect([refused, mounted.warnings]).to.deep.equal([1, ["MEDIA NOT WRITABLE; switching to READ-ONLY"]]);
    mounted.fs.settings.readonly = true;
    expect(now(setOptions(mounted.fs, ["--writable"]))).to.equal(Errno.EROFS);
  });

  it("is written when a change comes so many seconds after the last time, with each change, or never, as the options say", () => {
    const mounted = fresh();
    const dir = mounted.store.root;
    /** Whether a change `later` seconds afterwards is on the disk at once. */
    const written = (name: string, later: number): boolean => {
      mounted.time.sec += later;
      make(mounted, name);
      return Buffer.from(mounted.disk.bytes).includes(name);
    };
    expect([written("first-change", 0), written("after-four", 4), written("after-five", 1), written("after-that", 4)]).to.deep.equal([false, false, true, false]);
    expect(now(setOptions(mounted.fs, ["--sync"]))).to.equal(0);
    expect(written("with-each", 0)).to.equal(true);
    expect(now(setOptions(mounted.fs, ["--no-sync"]))).to.equal(0);
    expect(written("not-at-all", 1000)).to.equal(false);
    expect(now(setOptions(mounted.fs, ["--sync=30"]))).to.equal(0);
    expect(written("after-thirty", 0)).to.equal(true);
    expect(dir.st.mtim.sec).to.equal(TIME + 1009);
  });

  it("does not forget what is changed while it is being written", () => {
    const mounted = fresh();
    const file = make(mounted, "file");
    const { inode } = file;
    mounted.disk.meanwhile = (offset, end) => {
      const at = inode.pointerAt(0);
      if (at < offset || at >= end || file.st.uid !== 0) return;
      file.st.uid = 77;
      file.put();
    };
    now(mounted.store.sync());
    mounted.disk.meanwhile = () => undefined;
    now(mounted.store.sync());
    const again = now(used(mounted.disk.bytes.slice()).store.root.lookup("file"));
    expect(again.err === 0 && again.value.st.uid).to.equal(77);
  });

  it("keeps what could not be written for the next time", () => {
    const mounted = fresh();
    make(mounted, "file");
    mounted.disk.refuse = Errno.EIO;
    now(mounted.store.sync());
    expect(mounted.warnings).to.deep.equal(["warning: device flush failed"]);
    mounted.disk.refuse = 0;
    now(mounted.store.finish());
    expect([check(mounted.disk.bytes), now(used(mounted.disk.bytes).store.root.lookup("file")).err]).to.deep.equal([[], 0]);
  });

  it("has no file at its end that nothing names: what was still open is gone, too", () => {
    const mounted = fresh();
    const file = make(mounted, "file");
    expect(now(file.write(0, new Uint8Array(5_000)))).to.equal(0);
    file.opens++;
    expect(now(dirUnlink(mounted.fs, port(mounted.fs, mounted.store.root).self, "file"))).to.equal(0);
    expect(now(file.read(0, 5_000)).err).to.equal(0);
    now(mounted.store.finish());
    expect([check(mounted.disk.bytes), stateOf(mounted)]).to.deep.equal([[], VALID_FS]);
    file.opens--;
    now(mounted.fs.released(file));
    now(mounted.store.finish());
    expect(check(mounted.disk.bytes)).to.deep.equal([]);
  });

  it("is clean as soon as it is made read-only, and in use again when it is written to", () => {
    const mounted = fresh();
    make(mounted, "file");
    expect(now(setOptions(mounted.fs, ["--readonly"]))).to.equal(0);
    expect([check(mounted.disk.bytes), stateOf(mounted)]).to.deep.equal([[], VALID_FS]);
    expect(now(dirMkdir(mounted.fs, port(mounted.fs, mounted.store.root).self, "no", 0o755))).to.equal(Errno.EROFS);
    expect(now(setOptions(mounted.fs, ["--writable"]))).to.equal(0);
    make(mounted, "more");
    expect(stateOf(mounted)).to.equal(0);
    expect(mounted.warnings).to.deep.equal([]);
  });

  it("that is not clean is made writable with a warning", () => {
    const mounted = fresh(0);
    mounted.fs.settings.readonly = true;
    expect(now(setOptions(mounted.fs, ["--writable"]))).to.equal(0);
    expect(mounted.warnings).to.deep.equal(["warning: UNCLEANED FILESYSTEM NOW WRITABLE"]);
  });

  it("cannot become read-only while a file is open for writing", () => {
    const mounted = fresh();
    const writer = port(mounted.fs, make(mounted, "file")).self;
    const bucket = mounted.fs.bucket as unknown as { all: () => readonly { readonly object: typeof writer }[] };
    bucket.all = () => [{ object: writer }];
    expect(now(setOptions(mounted.fs, ["--readonly"]))).to.equal(Errno.EBUSY);
    expect(mounted.fs.settings.readonly).to.equal(false);
    bucket.all = () => [];
    expect(now(setOptions(mounted.fs, ["--readonly"]))).to.equal(0);
  });

  it("is clean and read-only when the system has ended, and still so when somebody would write then", () => {
    const mounted = fresh();
    const { fs, store } = mounted;
    const writer = port(fs, make(mounted, "file")).self;
    now(fileSetSize(fs, writer, 5));
    const request = new MachMsg();
    request.id = startupNotify.routines.startup_dosync.id;
    request.localPort = asPort(1);
    (fs as unknown as { readonly opens: Map<number, unknown> }).opens.set(1, fs);
    const run = new Shutdown(fs).demuxer().find(request)?.run(request);
    if (run === undefined || typeof run === "number") throw new Error(String(run));
    expect(now(run)).to.deep.equal({ err: 0 });
    expect([check(mounted.disk.bytes), stateOf(mounted)]).to.deep.equal([[], VALID_FS]);
    expect([now(dirUnlink(fs, port(fs, store.root).self, "file")), now(fileSetSize(fs, writer, 10))]).to.deep.equal([Errno.EROFS, Errno.EROFS]);
    const { memory_object_data_return: returned } = memoryObject.routines;
    request.id = returned.id;
    const [control, ...rest] = packFields(returned.in, { memory_control: asPort(2), offset: 0, data: Uint8Array.of(1), dirty: true, kernel_copy: false }) as [Item, ...Item[]];
    request.items = [{ ...control, type: MsgType.MOVE_SEND }, ...rest];
    (fs as unknown as { readonly opens: Map<number, unknown> }).opens.set(1, { node: writer.node });
    const page = new PagerPorts(fs).demuxer().find(request)?.run(request);
    if (page === undefined || typeof page === "number") throw new Error(String(page));
    expect(now(page)).to.deep.equal({ err: 0 });
    expect(stateOf(mounted)).to.equal(VALID_FS);
  });

  it("stores translators as blocks of their own when it is told so, and shows that", () => {
    const { fs, store } = fresh();
    expect(now(setOptions(fs, ["--no-xattr-translator-records"]))).to.equal(0);
    expect(store.options()).to.deep.equal(["--no-xattr-translator-records", "disk"]);
    expect(now(setOptions(fs, ["--no-such-option"]))).to.equal(Errno.EINVAL);
  });
});

describe("a write", () => {
  it("that finds no room takes nothing: the file is as it was, and so is what is free", () => {
    const mounted = fresh();
    const node = make(mounted, "file");
    now(node.write(0, new Uint8Array(1500).fill(1)));
    const before = now(mounted.store.statfs());
    expect(now(node.write(1500, new Uint8Array(before.bfree * 1024)))).to.equal(Errno.ENOSPC);
    expect([node.st.size, now(mounted.store.statfs()).bfree]).to.deep.equal([1500, before.bfree]);
    now(mounted.store.finish());
    expect([check(mounted.disk.bytes), e2fsck(mounted.disk.bytes) ?? ""]).to.deep.equal([[], ""]);
  });

  it("that cannot read what it needs takes nothing either", () => {
    const bytes = new Uint8Array(16 << 20);
    format(bytes, { blockSize: 1024, time: TIME });
    const mounted = used(bytes);
    const { disk, store } = mounted;
    const node = make(mounted, "file");
    const before = now(store.statfs()).bfree;
    const read = disk.read.bind(disk);
    // the second group's bitmaps cannot be read, and the first group has not room enough
    disk.read = function* (offset, amount) {
      return offset + amount > 8 << 20 ? { err: Errno.EIO } : yield* read(offset, amount);
    };
    expect(now(node.write(0, new Uint8Array(10 << 20)))).to.equal(Errno.EIO);
    expect([node.st.size, node.blocks, now(store.statfs()).bfree]).to.deep.equal([0, 0, before]);
    now(store.finish());
    expect(check(disk.bytes)).to.deep.equal([]);
  });
});

describe("a link", () => {
  it("that finds no room for its target is the empty file that it was", () => {
    const mounted = fresh();
    const [node, filler] = [make(mounted, "link"), make(mounted, "filler")];
    for (let at = 0; now(filler.write(at, new Uint8Array(1024))) === 0; ) at += 1024;
    expect(now(shortCircuit(mounted.fs, node, S_IFLNK, ["/hurd/symlink", "t".repeat(100)]))).to.equal(Errno.ENOSPC);
    expect([node.st.mode, node.st.size]).to.deep.equal([S_IFREG | 0o644, 0]);
    now(mounted.store.finish());
    expect([check(mounted.disk.bytes), e2fsck(mounted.disk.bytes) ?? ""]).to.deep.equal([[], ""]);
    expect(now(shortCircuit(mounted.fs, node, S_IFLNK, ["/hurd/symlink", "t".repeat(59)]))).to.equal(0);
    expect(now(node.readlink())).to.deep.equal({ err: 0, value: "t".repeat(59) });
  });

  it("is a file once it has a translator's record in a block", () => {
    const mounted = fresh();
    const node = make(mounted, "link");
    expect(now(shortCircuit(mounted.fs, node, S_IFLNK, ["/hurd/symlink", "t".repeat(100)]))).to.equal(0);
    expect(now(node.setTranslator(Uint8Array.of(97, 0)))).to.equal(0);
    expect(node.st.mode & S_IFMT).to.equal(S_IFLNK);
    mounted.store.attributes = false;
    expect(now(node.setTranslator(Uint8Array.of(97, 0)))).to.equal(0);
    expect([node.st.mode & S_IFMT, node.st.size]).to.deep.equal([S_IFREG, 0]);
    now(mounted.store.finish());
    expect([check(mounted.disk.bytes), e2fsck(mounted.disk.bytes) ?? ""]).to.deep.equal([[], ""]);
  });
});

describe("directories that move", () => {
  const rename = ({ fs }: Used, from: Node, oldname: string, to: Node, newname: string): number =>
    now(dirRename(fs, port(fs, from).self, { oldname, newdirectory: port(fs, to).name, newname, excl: false }));

  it("find no place where there are too many links: EMLINK", () => {
    const mounted = fresh();
    const [a, b] = [mkdir(mounted, "a"), mkdir(mounted, "b")];
    Object.assign(mounted.store, { linkMax: 2 });
    expect(rename(mounted, mounted.store.root, "a", b, "a")).to.equal(Errno.EMLINK);
    Object.assign(mounted.store, { linkMax: 3 });
    expect(rename(mounted, mounted.store.root, "a", b, "a")).to.equal(0);
    expect([a.st.nlink, b.st.nlink, mounted.store.root.st.nlink]).to.deep.equal([2, 3, 4]);
  });

  it("are not looked for forever above directories that a damaged disk has in one another", () => {
    const mounted = fresh();
    const [a, b, c] = [mkdir(mounted, "a"), mkdir(mounted, "b"), mkdir(mounted, "c")];
    rewriteName(a.inode, { name: "..", ino: b.ino, type: S_IFDIR });
    rewriteName(b.inode, { name: "..", ino: a.ino, type: S_IFDIR });
    expect(rename(mounted, mounted.store.root, "c", a, "c")).to.equal(0);
    expect(c.st.nlink).to.equal(2);
  });
});
