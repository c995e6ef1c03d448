import { expect } from "chai";
import fc from "fast-check";
import { runCommands } from "../../../boot/session.ts";
import { diskDevice } from "../../../mach/device/disk.ts";
import { device } from "../../../mach/interfaces/device.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Result } from "../../../glibc-shim/errno.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { readAnywhere, writeAnywhere, type Disk } from "../../../servers/lib/disk.ts";
import { now } from "../ext2fs/disk.ts";

const SIZE = 2048;

/** Runs commands beside a disk hd1, of 2048 bytes that count up. */
function run(commands: string, user = "root"): { readonly output: string; readonly disk: Uint8Array } {
  const disk = Uint8Array.from({ length: SIZE }, (_, i) => 33 + (i % 90));
  const { output } = runCommands({ user, commands, observe: (machine) => machine.addDevice("hd1", diskDevice(disk)) });
  return { output, disk };
}

describe("/hurd/storeio", function () {
  this.timeout(60_000);

  it("shows a device of the kernel as a file that can be read and written anywhere", () => {
    const { output, disk } = run(
      "settrans -c /dev/d /hurd/storeio hd1; ls -l /dev/d | cut -c 1-10; wc -c < /dev/d; dd if=/dev/d bs=3 skip=200 count=2 2>/dev/null; echo; printf abcdef | dd of=/dev/d bs=1 seek=510 2>/dev/null; tail -c 4 /dev/d; echo; fsysopts /dev/d; fsysopts /",
    );
    const text = new TextDecoder().decode(disk);
    expect(output.split("\n").slice(0, 5)).to.deep.equal(["brw-r--r--", "2048", text.slice(600, 606), text.slice(-4), "/hurd/storeio --writable hd1"]);
    expect(text.slice(508, 518)).to.equal(`${String.fromCharCode(33 + (508 % 90), 33 + (509 % 90))}abcdef${String.fromCharCode(33 + (516 % 90), 33 + (517 % 90))}`);
  });

  it("ends where the device ends: a write takes what fits, at the end ENOSPC", () => {
    const { output, disk } = run("settrans -c /dev/d /hurd/storeio hd1; printf abcdef | dd of=/dev/d bs=6 seek=341 2>&1 | grep d:; printf x | dd of=/dev/d bs=2048 seek=1; dd if=/dev/d bs=2048 skip=1 2>/dev/null | wc -c");
    expect(new TextDecoder().decode(disk.subarray(2044))).to.equal(`${String.fromCharCode(33 + (2044 % 90), 33 + (2045 % 90))}ab`);
    expect(output).to.contain("No space left on device").and.to.match(/0\n$/);
  });

  it("is opened when it is used: without a device it can be looked at only; -r is read-only; a stranger has no device", () => {
    const { output } = run("settrans -c /dev/n /hurd/storeio nosuch; cat /dev/n; stat -c %s /dev/n; settrans -c /dev/r /hurd/storeio -r -n 3,7 hd1; echo > /dev/r; ls -l /dev/r | cut -c 1-27; fsysopts /dev/r; settrans -ac /tmp/x /hurd/storeio");
    expect(output.split("\n")).to.include.members([
      "cat: /dev/n: No such device or address", "0", "br--r--r-- 1 root root 3, 7", "/hurd/storeio --rdev=3,7 --readonly hd1", "Usage: /hurd/storeio [-rw] [-n MAJOR,MINOR] [-T TYPE] NAME",
    ]);
    expect(output).to.contain("cannot create /dev/r: Read-only file system");
    expect(run("cd; settrans -c d /hurd/storeio hd1; cat d", "guest").output).to.equal("cat: d: Operation not permitted\n");
  });

  it("opens its device once, though several use it first at the same time", () => {
    let opened = 0;
    runCommands({
      commands: "settrans -a -c /tmp/d /hurd/storeio hd1; for i in 1 2 3 4; do cat /tmp/d > /tmp/copy$i & done; wait",
      observe: (machine) => {
        machine.addDevice("hd1", diskDevice(new Uint8Array(SIZE)));
        machine.tap.listen((event) => {
          if (event.kind === "message-sent" && event.id === device.routines.device_open.id && event.items.some(({ data }) => data === "hd1")) opened++;
        });
      },
    });
    expect(opened).to.equal(1);
  });

  it("carries a filesystem", () => {
    const { output } = runCommands({
      observe: (machine) => machine.addDevice("hd1", diskDevice(new Uint8Array(1 << 20))),
      commands: "settrans -c /dev/hd1 /hurd/storeio hd1; mke2fs -q /dev/hd1; mkdir /mnt; settrans -a /mnt /hurd/ext2fs /dev/hd1; echo there > /mnt/file; settrans -ag /mnt; settrans -a /mnt /hurd/ext2fs /dev/hd1; cat /mnt/file; settrans -g /dev/hd1; settrans -ag /mnt; settrans -g /dev/hd1; showtrans /dev/hd1",
    });
    expect(output).to.match(/^there\nsettrans: \/dev\/hd1: Device or resource busy\n/);
  });
});

describe("a disk of records", () => {
  /** A disk that wants whole records, as a device does. */
  class Records implements Disk {
    readonly bytes: Uint8Array;
    readonly writable = true;
    /** Records that cannot be read. */
    readonly bad: ReadonlySet<number>;
    constructor(bytes: Uint8Array, bad: ReadonlySet<number> = new Set()) {
      this.bad = bad;
      this.bytes = bytes;
    }
    get size(): number {
      return this.bytes.length;
    }
    *read(offset: number, amount: number): Syscall<Result<Uint8Array>> {
      expect(offset % 512).to.equal(0);
      for (let record = offset / 512; record * 512 < offset + amount; record++) if (this.bad.has(record)) return { err: Errno.EIO };
      return { err: 0, value: this.bytes.slice(offset, offset + amount) };
    }
    *write(offset: number, data: Uint8Array): Syscall<0 | Failure> {
      expect(offset % 512).to.equal(0);
      expect(data.length % 512 === 0 || offset + data.length === this.size).to.equal(true);
      this.bytes.set(data, offset);
      return 0;
    }
  }

  it("keeps a record that cannot be read as it is, unless all of it is written", () => {
    const disk = new Records(new Uint8Array(2048), new Set([1]));
    expect(now(writeAnywhere(disk, 510, Uint8Array.of(1, 2, 3, 4)))).to.equal(Errno.EIO);
    expect(disk.bytes.every((byte) => byte === 0)).to.equal(true);
    expect(now(readAnywhere(disk, 1000, 100))).to.deep.equal({ err: Errno.EIO });
    expect(now(writeAnywhere(disk, 512, new Uint8Array(512).fill(7)))).to.equal(0);
    expect(disk.bytes.subarray(512, 1024).every((byte) => byte === 7)).to.equal(true);
  });

  it("is read and written anywhere as an array of bytes would be", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.array(fc.record({ at: fc.nat(3000), data: fc.uint8Array({ maxLength: 1500 }) }), { maxLength: 10 }), (size, writes) => {
        const [disk, model] = [new Records(new Uint8Array(size)), new Uint8Array(size)];
        for (const { at, data } of writes) {
          const fits = data.subarray(0, Math.max(0, size - at));
          if (fits.length === 0) continue;
          expect(now(writeAnywhere(disk, at, fits))).to.equal(0);
          model.set(fits, at);
          const got = now(readAnywhere(disk, at > 7 ? at - 7 : 0, fits.length + 20));
          expect(got.err === 0 && [...got.value]).to.deep.equal([...model.slice(at > 7 ? at - 7 : 0, (at > 7 ? at - 7 : 0) + fits.length + 20)]);
        }
        expect([...disk.bytes]).to.deep.equal([...model]);
      }),
    );
  });
});
