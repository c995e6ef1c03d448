import { readFileSync, rmSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect } from "chai";
import { ext2Image, withFile } from "../../boot/ext2-image.ts";
import { main as imageCommand } from "../../boot/image-main.ts";
import { plainFile, rootTree } from "../../boot/image.ts";
import { parseBootOptions } from "../../boot/options.ts";
import { runCommands, Session, type SessionOptions } from "../../boot/session.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import { check } from "../../servers/ext2fs/check.ts";
import { format } from "../../servers/ext2fs/format.ts";
import { SUPER_AT, Super, VALID_FS } from "../../servers/ext2fs/layout.ts";
import { diskDevice } from "../../mach/device/disk.ts";

const TIME = 1_795_478_400;
const image = (): Uint8Array => ext2Image(rootTree(), 4 << 20, { blockSize: 1024, time: TIME });
const stateOf = (disk: Uint8Array): number => new DataView(disk.buffer, disk.byteOffset).getUint16(SUPER_AT + Super.STATE, true);

/** What a device of the machine holds now. */
function bytesOf(machine: Machine, name: string): Uint8Array {
  let bytes = new Uint8Array(0);
  machine.attached.devices.get(name)?.read?.(0, 1 << 30, (got) => {
    if (!got.err) bytes = got.data.slice();
  });
  return bytes;
}

/** Runs commands, and then what comes of the machine's devices. */
function run(options: SessionOptions): ReturnType<typeof runCommands> & { readonly machine: Machine } {
  let machine: Machine | undefined;
  const result = runCommands({ ...options, observe: (m) => {
    machine = m;
    options.observe?.(m);
  } });
  if (machine === undefined) throw new Error("there was no machine");
  return { ...result, machine };
}

/** A second disk, beside the root. */
const withDisk = (disk: Uint8Array) => ({ observe: (machine: Machine): void => machine.addDevice("hd1", diskDevice(disk)) });

function second(change: (view: DataView) => void = () => undefined): Uint8Array {
  const bytes = new Uint8Array(1 << 20);
  format(bytes, { blockSize: 1024, time: TIME });
  change(new DataView(bytes.buffer));
  return bytes;
}

describe("a system that boots from an ext2 disk", function () {
  this.timeout(60_000);

  it("comes up as recorded: ext2fs.static is pid 5, says so, and shows its options", () => {
    const { output, console, status } = run({ disk: image(), commands: "ps -o pid,args -p 5; fsysopts /; cat /etc/hostname" });
    expect(status).to.equal(0);
    expect(output).to.match(/^ +5 hurd\/ext2fs\.static --multiboot-command-line=/m);
    expect(output).to.contain("hurd/ext2fs.static --writable --relatime --store-type=typed device:hd0\nhurd\n");
    expect(console).to.contain("start hurd/ext2fs.static: Hurd server bootstrap: ext2fs.static[device:hd0] exec startup proc auth.");
    expect(console).to.contain("startup: notifying ext2fs.static device:hd0 of halt...done");
  });

  it("leaves a clean disk without a fault when it has been halted, with all that was done; the disk it was given is as it was", () => {
    const disk = image();
    const before = disk.slice();
    const commands = "cd /home/guest; mkdir -p a/b; seq 5000 > a/numbers; mv a/numbers a/b/n; ln -s b/n a/s; cp /bin/ls a; rm a/ls; chmod 640 a/b/n; chown guest a/b/n; settrans -c a/t /hurd/hello; cat a/t";
    const done = run({ disk, commands });
    expect([done.output, done.status]).to.deep.equal(["Hello, world!\n", 0]);
    expect(Buffer.compare(disk, before)).to.equal(0);
    const left = bytesOf(done.machine, "hd0");
    expect(check(left)).to.deep.equal([]);
    expect(stateOf(left) & VALID_FS).to.equal(VALID_FS);
    const again = run({ disk: left, commands: "cd /home/guest/a; wc -l < s; ls -l b; showtrans t; cat t" });
    expect(again.output.replace(/ +/g, " ")).to.match(/^ ?5000\ntotal \d+\n-rw-r----- 1 guest guest 23893 .* n\n\/hurd\/hello\nHello, world!\n$/);
  });

  it("has a disk without a fault also when many use it at once, whoever runs next", () => {
    const job = (n: number): string =>
      `(for i in 1 2 3; do mkdir -p d$i/e; seq 900 > d$i/f${n}; cp d$i/f${n} d$i/e/g${n}; mv d$i/e/g${n} h${n}; ln h${n} d$i/h${n}; cat d$i/f${n} > /dev/null; rm -f d$i/f${n}; rm -r d$i/e 2> /dev/null; done) &`;
    for (const seed of [1, 2]) {
      const { machine, status } = run({ disk: image(), scheduler: "random", seed, commands: `cd /tmp; fsysopts / --sync=1; ${[1, 2, 3].map(job).join(" ")} wait; ls` });
      const left = bytesOf(machine, "hd0");
      expect([status, check(left), stateOf(left) & VALID_FS], `seed ${seed}`).to.deep.equal([0, [], VALID_FS]);
    }
  });

  it("that was switched off finds its disk unclean, and only reads from it until it is told otherwise", () => {
    const session = new Session({ disk: image(), run: { user: "root", commands: "fsysopts / --sync; touch /tmp/x; cat" } }, () => undefined);
    expect(session.run()).to.equal("input");
    const disk = bytesOf(session.machine, "hd0");
    expect(stateOf(disk) & VALID_FS).to.equal(0);
    expect(check(disk)).to.deep.equal([]);
    const { console, output } = run({ disk, commands: "touch /tmp/y; fsysopts / --writable; touch /tmp/y; ls /tmp" });
    expect(console).to.contain("ext2fs: device:hd0: warning: FILESYSTEM NOT UNMOUNTED CLEANLY; PLEASE fsck\next2fs: device:hd0: warning: MOUNTED READ-ONLY; MUST USE `fsysopts --writable'");
    expect(output).to.contain("touch: ").and.to.contain("Read-only file system");
    expect(console).to.contain("ext2fs: device:hd0: warning: UNCLEANED FILESYSTEM NOW WRITABLE");
    expect(output).to.match(/\nx +y\n$/);
  });

  it("says in one line why it does not boot", () => {
    const disk = image();
    new DataView(disk.buffer).setUint32(SUPER_AT + Super.INCOMPAT, 0x10, true);
    const { console, reason } = run({ disk, commands: "true" });
    expect(console).to.contain("ext2fs: device:hd0: panic: get_hypermetadata: could not mount because of unsupported optional features (0x10)\n");
    expect(reason).to.not.equal(undefined);
  });
});

describe("a disk that is to have one more file", () => {
  const disk = ext2Image(rootTree(), 4 << 20, { blockSize: 1024, time: TIME });

  it("has it in a copy, in the place of an older one", () => {
    const twice = withFile(withFile(disk, "etc", "request", plainFile(0o600, "one")), "etc", "request", plainFile(0o600, "a second request"));
    expect(check(twice)).to.deep.equal([]);
    expect([twice.length, Buffer.from(disk).includes("a second request")]).to.deep.equal([disk.length, false]);
    expect(Buffer.from(twice).includes("a second request")).to.equal(true);
  });

  it("is left as it is, byte for byte, when it has no room, or no such directory", () => {
    const tooMuch = plainFile(0o600, new Uint8Array(disk.length));
    const once = withFile(disk, "etc", "request", plainFile(0o600, "one"));
    expect(Buffer.compare(withFile(once, "etc", "request", tooMuch), once)).to.equal(0);
    expect(Buffer.compare(withFile(disk, "nosuch", "request", plainFile(0o600, "one")), disk)).to.equal(0);
  });
});

describe("/hurd/ext2fs as a translator", function () {
  this.timeout(60_000);

  it("shows what is on a device, keeps what is put there, and leaves it clean when it goes", () => {
    const disk = second();
    const { output, machine } = run({
      ...withDisk(disk),
      commands: "mkdir /tmp/m; settrans -a /tmp/m /hurd/ext2fs -T device hd1; fsysopts /tmp/m; ls /tmp/m; echo there > /tmp/m/file; cat /tmp/m/file; settrans -ag /tmp/m; ls /tmp/m; settrans -a /tmp/m /hurd/ext2fs -r -T typed device:hd1; cat /tmp/m/file; fsysopts /tmp/m; echo no > /tmp/m/file",
    });
    expect(output).to.contain("/hurd/ext2fs --writable --relatime --store-type=device hd1\nlost+found\nthere\nthere\n/hurd/ext2fs --readonly --relatime --store-type=typed device:hd1\n");
    expect(output).to.contain("Read-only file system");
    const left = bytesOf(machine, "hd1");
    expect(check(left)).to.deep.equal([]);
    expect(stateOf(left) & VALID_FS).to.equal(VALID_FS);
  });

  it("is told of the system's end, and leaves its disk clean then, too", () => {
    const { console, machine } = run({ ...withDisk(second()), commands: "settrans -ac /tmp/m /hurd/ext2fs -T typed device:hd1; echo last > /tmp/m/file" });
    expect(console).to.contain("startup: notifying ext2fs device:hd1 of halt...done\n");
    const left = bytesOf(machine, "hd1");
    expect([check(left), stateOf(left) & VALID_FS]).to.deep.equal([[], VALID_FS]);
    expect(new TextDecoder().decode(left)).to.contain("last\n");
  });

  it("sits on a file as well, whose owner needs no privilege", () => {
    const file = second();
    const { output } = run({
      user: "guest",
      disk: ext2Image({ ...rootTree(), ...withHome(file) }, 8 << 20, { blockSize: 1024, time: TIME }),
      commands: "cd; mkdir m; settrans -a m /hurd/ext2fs disk; ls -d m/lost+found; echo hi > m/x; settrans -ag m; ls m; mkdir n; settrans -a n /hurd/ext2fs disk; ls n; settrans -a m /hurd/ext2fs -T device hd0",
    });
    const lines = output.split("\n");
    expect(lines.filter((line) => !/^\/|^-sh|settrans/.test(line))).to.deep.equal(["m/lost+found", "lost+found", ""]);
    expect(output).to.contain("-sh: 1: cannot create m/x: Permission denied").and.to.contain("/hurd/ext2fs: hd0: Operation not permitted");
  });

  it("is read-only on a file that it may not write to, and stays so", () => {
    const { output } = run({
      user: "guest",
      disk: ext2Image({ ...rootTree(), ...withHome(second()) }, 8 << 20, { blockSize: 1024, time: TIME }),
      commands: "cd; chmod 400 disk; mkdir m; settrans -a m /hurd/ext2fs disk; fsysopts m; fsysopts m --writable; fsysopts m; ls m",
    });
    expect(output.split("\n")).to.deep.equal([
      "/hurd/ext2fs --readonly --relatime disk", "fsysopts: m --writable: Read-only file system", "/hurd/ext2fs --readonly --relatime disk", "lost+found", "",
    ]);
  });

  it("says in one line what is wrong with a disk", () => {
    const { output, status } = run({ ...withDisk(second((view) => view.setUint16(SUPER_AT + Super.MAGIC, 1, true))), commands: "settrans -ac /tmp/m /hurd/ext2fs -T device hd1; settrans -ac /tmp/m /hurd/ext2fs /etc/nosuch; settrans -ac /tmp/m /hurd/ext2fs" });
    expect(output).to.contain("ext2fs: hd1: panic: get_hypermetadata: bad magic number 0x1 (should be 0xef53)\n");
    expect(output).to.contain("/hurd/ext2fs: /etc/nosuch: No such file or directory\n");
    expect(output).to.contain("/hurd/ext2fs: No store specified\n");
    expect(status).to.not.equal(0);
  });
});

/** guest's home directory with a file of his that holds a disk. */
function withHome(bytes: Uint8Array): { readonly entries: Extract<ReturnType<typeof rootTree>, { readonly kind: "dir" }>["entries"] } {
  const tree = rootTree();
  if (tree.kind !== "dir") throw new Error("the root is no directory");
  const owner = { uid: 1000, gid: 1000, mtime: TIME };
  const home = { ...owner, kind: "dir" as const, mode: 0o755, entries: [["disk", { ...owner, kind: "file" as const, mode: 0o600, bytes }]] as const };
  return { entries: tree.entries.map(([name, node]) => (name === "home" && node.kind === "dir" ? ([name, { ...node, entries: [["guest", home]] }] as const) : ([name, node] as const))) };
}

describe("--disk", function () {
  this.timeout(60_000);

  it("names the root's disk, and with NAME=FILE others", () => {
    const parsed = parseBootOptions(["--disk", "root.img", "--disk", "hd1=a=b", "--disk=hd9=c", "--disk", "hd1=d"]);
    if (parsed === "help") throw new Error("that was no cry for help");
    expect([parsed.disk, parsed.disks]).to.deep.equal(["root.img", [{ name: "hd1", path: "d" }, { name: "hd9", path: "c" }]]);
  });

  it("brings disks along that have nodes in /dev, and leaves them as they were", () => {
    const bytes = second();
    const before = bytes.slice();
    const { output } = run({ disks: [{ name: "hd2", path: "x", bytes }], commands: "settrans -ac /mnt /hurd/ext2fs /dev/hd2; echo new > /mnt/file; ls /mnt; cat /dev/hd3" });
    expect(output).to.match(/^file +lost\+found\ncat: \/dev\/hd3: No such device or address\n$/);
    expect(Buffer.compare(bytes, before)).to.equal(0);
  });
});

describe("npm run image", () => {
  it("writes a disk without a fault, the same each time, and says what is wrong with what it is told", () => {
    const folder = mkdtempSync(`${tmpdir()}/image-`);
    try {
      const paths = ["a", "b"].map((name) => `${folder}/${name}`);
      for (const path of paths) expect(imageCommand([path, "--size", "2M", "--block-size", "1024"])).to.equal(0);
      const [a, b] = paths.map((path) => new Uint8Array(readFileSync(path)));
      expect(check(a ?? new Uint8Array(0))).to.deep.equal([]);
      expect(Buffer.compare(a ?? new Uint8Array(0), b ?? new Uint8Array(1))).to.equal(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
