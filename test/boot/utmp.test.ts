import { expect } from "chai";
import { decodeAll, encodeUtmp, USER_PROCESS } from "../../boot/root/lib/utmp.ts";
import { runCommands } from "../../boot/session.ts";
import { asRoot, atLogin } from "./sitting.ts";

const SINCE = "Nov 24 00:0\\d";
const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

describe("an entry of utmp", () => {
  const entry = { type: USER_PROCESS, pid: 0x01020304, line: "console", user: "root", host: "far.example", time: 0x65666768 };

  it("is struct utmp of the i386: 384 bytes, each field at its place", () => {
    const bytes = encodeUtmp(entry);
    const text = (at: number, length: number): string => new TextDecoder().decode(bytes.subarray(at, at + length));
    expect(bytes).to.have.length(384);
    expect([...bytes.subarray(0, 8)]).to.deep.equal([7, 0, 0, 0, 4, 3, 2, 1]);
    expect([text(8, 7), text(44, 4), text(76, 11), [...bytes.subarray(340, 344)]]).to.deep.equal(["console", "root", "far.example", [0x68, 0x67, 0x66, 0x65]]);
    expect(bytes.reduce((sum, b) => sum + (b === 0 ? 0 : 1), 0)).to.equal(1 + 4 + 7 + 4 + 11 + 4);
  });

  it("comes back as it was, texts cut to their fields; a piece at the end of a file is none", () => {
    const long = { ...entry, user: "x".repeat(40) };
    const file = Uint8Array.from([...encodeUtmp(entry), ...encodeUtmp(long), 1, 2, 3]);
    expect(decodeAll(file)).to.deep.equal([entry, { ...long, user: "x".repeat(32) }]);
  });
});

describe("who is logged in", function () {
  this.timeout(60_000);

  it("stands in utmp from login to the end of the session, once for each terminal, and who and w read it", () => {
    const s = atLogin();
    s.login("guest", "guest");
    expect(s.line("who")).to.match(new RegExp(`^guest    console      ${SINCE}$`, "m"));
    expect(s.line("who -H | head -1; who -q; who am i | cut -c 1-5")).to.include("NAME     LINE         TIME         COMMENT\nguest\n# users=1\nguest\n");
    expect(s.line("w -U")).to.match(/^USER {5}TTY LOGIN@ {2}IDLE {3}PID WHAT\nguest {4}co /m);
    s.type("(trap '' HUP; sleep 10; cat /var/run/utmp >/tmp/utmp; who >/tmp/who; w -U >/tmp/w) &\r\x04");
    s.login("root", "hurd");
    expect(s.line("wc -c /tmp/utmp /tmp/who; grep -c guest /tmp/utmp; cat /tmp/w")).to.match(/^384 \/tmp\/utmp\n +0 \/tmp\/who\n[^]*\n0\nUSER +TTY LOGIN@ {2}IDLE {3}PID WHAT\n/m);
    expect(s.line("who; wc -c </var/run/utmp")).to.match(new RegExp(`^root     console      ${SINCE}\n384$`, "m"));
  });

  it("is the session's leader alone: login beneath it changes nothing, login in its place does", () => {
    const s = asRoot();
    s.line("login -f guest");
    expect(s.line("id -un; who")).to.match(/^guest\nroot /m);
    s.line("exec login -f guest");
    expect(s.line("who")).to.match(/^root /m);
    s.type("\x04");
    s.line("exec login -f guest");
    expect(s.line("who")).to.match(/^guest /m);
  });

  it("comes from where root's login says (--via), and whoever logs in anew from where he came before", () => {
    const s = asRoot();
    s.line("exec login -f --via far.example guest");
    expect(s.line("who")).to.match(/^guest {4}console {6}Nov 24 \d\d:\d\d \(far\.example\)$/m);
    expect(s.line("w -U")).to.match(/^USER {5}TTY FROM {11}LOGIN@ {2}IDLE {3}PID WHAT\nguest {4}co far\.example {4}12:00AM /m);
    s.line("exec login --via near.example root");
    s.line("hurd");
    expect(s.line("who")).to.match(/^root .*\(far\.example\)$/m);
  });

  it("w says what is wrong with an entry, and leaves it out", () => {
    const { output } = runCommands({ commands: "sed=1; printf '\\007\\000\\000\\000\\001\\000\\000\\000nosuch' >/var/run/utmp; head -c 30 /dev/zero >>/var/run/utmp; printf root >>/var/run/utmp; head -c 336 /dev/zero >>/var/run/utmp; w 2>&1; who" });
    expect(lines(output)[0]).to.equal("w: /dev/nosuch: No such file or directory");
    expect(lines(output)[1]).to.match(/, {2}0 users, /);
    expect(lines(output).at(-1)).to.match(/^root {5}nosuch /);
  });

  it("is nobody's to write but root's; without a file everything goes on", () => {
    const s = asRoot();
    s.line("rm /var/run/utmp; exec login -f guest");
    expect(s.line("id -un; who; w -U; echo x >/var/run/utmp")).to.match(/^guest\nUSER .*\n.*cannot create \/var\/run\/utmp: Permission denied/m);
  });
});

describe("the watchdog of a session without ids (utils/login.c)", function () {
  this.timeout(60_000);
  const without = "exec login -a NOAUTH_TIMEOUT=60 -\r";

  it("ends it when nobody has become its owner in time, and says so", () => {
    const s = asRoot();
    const shown = s.type(without);
    expect(shown).to.match(/login> [^]*\nlogin: Timed out after 60 seconds\.\n[^]*hurd login: $/);
    s.login("root", "hurd");
    expect(s.line("ps -A -o args")).to.not.match(/watchdog|login prompt/);
  });

  it("shows in ps how long it will still wait", () => {
    const s = asRoot();
    const shown = s.type(`${without}sleep 12; ps -A -o args\r`);
    expect(shown).to.match(/\n *\(watchdog for login \d+: 50 seconds remaining\)\n/);
  });

  it("goes when somebody owns the session, and when the session has ended", () => {
    const s = asRoot();
    const shown = s.type(`(sleep 10; addauth -p $$ root) & ${without}id -un; sleep 100; id -un; ps -A -o args\r`);
    expect(shown).to.match(/cannot get effective UID[^]*\nroot\n/).and.not.match(/watchdog|Timed out/);
    s.type("\x04");
    s.login("root", "hurd");
    s.type(`${without}exit\r`);
    s.login("root", "hurd");
    expect(s.line("sleep 100; ps -A -o args")).to.not.match(/watchdog|Timed out/);
  });

  it("cannot be killed by those whom it watches", () => {
    const s = asRoot();
    const shown = s.type(`${without}for i in $(seq 10 40); do [ $i = $$ ] || kill -9 $i 2>/dev/null; done; echo tried\r`);
    expect(shown).to.match(/tried\n[^]*Timed out after 60 seconds\./);
  });
});
