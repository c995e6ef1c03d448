import { expect } from "chai";
import { parseBootOptions, UsageError } from "../../boot/options.ts";
import { runCommands } from "../../boot/session.ts";
import type { Main } from "../../glibc-shim/libc.ts";
import { Msg } from "../../mach/kern/kern-return.ts";
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { simpleroutine, subsystem } from "../../mach/mig/subsystem.ts";
import { O_READ } from "../../servers/interfaces/hurd-types.ts";
import { ioCall } from "../../servers/interfaces/io.ts";
import { HOLES, type Hole } from "../../servers/interfaces/holes.ts";

/** The message at which today's system refuses each attack. */
const REFUSED: Partial<Record<Hole, string>> = {
  "2021-43411": "proc_getprivports",
  "2021-43412": "mach_notify_dead_name",
  "2021-43413": "vm_write",
  "2021-43414": "proc_reauthenticate",
};

/** No attack depends on who runs when: all of them win, or are refused, whatever the schedule. (With seed 28 the exec server has another name.) */
const SCHEDULES = [["default", 0], ...[1, 2, 3, 5, 28].map((seed) => ["random", seed] as const)] as const;
const asGuest = (commands: string, holes: readonly Hole[], scheduler = "default", seed = 0) => runCommands({ user: "guest", commands, holes, scheduler, seed });

for (const [hole, message] of Object.entries(REFUSED) as [Hole, string][])
  describe(`CVE-${hole} (cves.md)`, function () {
    this.timeout(60_000);
    const attack = `/lab/cve-${hole}`;
    for (const [scheduler, seed] of SCHEDULES)
      it(`before: an ordinary user's command runs as root, with its own exit status (${scheduler}, seed ${seed})`, () => {
        const ran = asGuest(`${attack} sh -c 'id; cat /etc/shadow >/dev/null && exit 7'`, [hole], scheduler, seed);
        expect(ran.output).to.match(/^uid=0\(root\) gid=0\(root\)/);
        expect(ran.status).to.equal(7);
      });
    it("before: everybody else is who he was, and the system goes on", () => {
      const ran = asGuest(`${attack} true && id -u && ls / >/tmp/list && ps -A >/dev/null && echo alive`, [hole]);
      expect(ran).to.include({ output: "1000\nalive\n", status: 0 });
    });
    it("before: again and again, for nothing is lost by it", () => {
      expect(asGuest(`${attack} id -u; ${attack} id -u; ${attack} id -u; echo alive`, [hole]).output).to.equal("0\n0\n0\nalive\n");
    });
    for (const [scheduler, seed] of SCHEDULES)
      it(`fixed: refused at ${message}, and nothing is harmed (${scheduler}, seed ${seed})`, () => {
        const ran = asGuest(`${attack} id; echo $?; id -u; ls / >/tmp/list && echo alive`, [], scheduler, seed);
        expect(ran.output).to.match(new RegExp(`^${attack}: refused at ${message}: .*\n1\n1000\nalive\n$`));
      });
    it("fixed: the other holes do not open this one", () => {
      const ran = asGuest(`${attack} id`, HOLES.filter((other) => other !== hole));
      expect(ran.output).not.to.contain("uid=0");
      expect(ran.status).to.equal(1);
    });
  });

/** Says that a file port of ours has no senders, though we have one; then what the file answers. */
const forgeNoSenders: Main = function* (libc) {
  const file = yield* libc.file_name_lookup("/etc/motd", O_READ);
  const forged = client(subsystem("notify", 64, { mach_notify_no_senders: simpleroutine(70, { mscount: t.int }) }));
  yield* forged.mach_notify_no_senders(file, { mscount: 1000 });
  yield* libc.usleep(10_000);
  const { err } = yield* ioCall.io_read(file, { offset: 0, amount: 1 });
  return err === 0 ? 0 : err === Msg.SEND_INVALID_DEST ? 1 : 2;
};

describe("CVE-2021-43412: a forged no-senders notification", () => {
  for (const [holes, status, what] of [[["2021-43412"], 1, "before: ends an object that has senders"], [[], 0, "fixed: is a hint that is found to be wrong"]] as const)
    it(what, () => {
      expect(runCommands({ user: "guest", commands: "/bin/forge", holes, programs: [["/bin/forge", forgeNoSenders]] }).status).to.equal(status);
    }).timeout(30_000);
});

describe("CVE-2021-43413: the set-uid program that was another for a moment", () => {
  it("is itself again afterwards", () => {
    const commands = "cat /bin/su >/tmp/su; /lab/cve-2021-43413 true; sleep 1; cat /bin/su >/tmp/after; ls -l /bin/su; su -c 'id -u'";
    const ran = runCommands({ user: "guest", commands: `${commands}; wc -c /tmp/su /tmp/after; sort /tmp/su /tmp/after | uniq -u`, input: "hurd\n", holes: ["2021-43413"] });
    expect(ran.output).to.match(/^-rwsr-xr-x .*\/bin\/su\nPassword: \n?0\n/);
    expect(ran.output).to.match(/total\n$/);
  }).timeout(30_000);
});

describe("a system with all holes of 2021 (cves.md)", function () {
  this.timeout(60_000);
  for (const [scheduler, seed] of [["default", 0], ["random", 1]] as const)
    it(`works as any other for who means no harm (${scheduler}, seed ${seed})`, () => {
      const ran = runCommands({ user: "guest", commands: "su -c 'id -u; id -ru'; cat /etc/motd | wc -l; id -u", input: "hurd\n", holes: HOLES, scheduler, seed });
      expect(ran.output.replace("Password: ", "").trim().split(/\s+/)).to.deep.equal(["0", "0", "2", "1000"]);
    });
});

describe("--hurd", () => {
  const holes = (...args: string[]): readonly Hole[] => {
    const options = parseBootOptions(args);
    return options === "help" ? [] : options.holes;
  };
  it("is fixed unless said, repeats, and takes a list; the last word counts", () => {
    expect(holes()).to.deep.equal([]);
    expect(holes("--hurd", "2021-43411=before", "--hurd=2021-43414=before,2021-43412=fixed")).to.deep.equal(["2021-43411", "2021-43414"]);
    expect(holes("--hurd", "2021-43411=before,2021-43411=fixed")).to.deep.equal([]);
  });
  for (const word of ["2021-43410=before", "2021-43411", "2021-43411=after", "2021-43411=before=fixed", ""])
    it(`refuses "${word}"`, () => {
      expect(() => holes("--hurd", word)).to.throw(UsageError, /--hurd/);
    });
});
