import { spawn, type IPty } from "@lydell/node-pty";
import { expect } from "chai";
import { root } from "../rules/sources.ts";

/** The command under a pseudo-terminal, its output as text, and a way to wait for what should appear. */
class Terminal {
  text = "";
  private readonly pty: IPty;
  private waiting: (() => void) | undefined;
  readonly exited: Promise<number>;

  constructor(...args: readonly string[]) {
    this.pty = spawn(process.execPath, ["boot/run.mjs", "boot", ...args], { cwd: root, cols: 80, rows: 24 });
    this.pty.onData((data) => {
      this.text += data;
      this.waiting?.();
    });
    this.exited = new Promise((resolve) => this.pty.onExit(({ exitCode }) => resolve(exitCode)));
  }

  type(keys: string): void {
    this.pty.write(keys);
  }

  resize(cols: number, rows: number): void {
    this.pty.resize(cols, rows);
  }

  /** Waits until `pattern` is in what came since the last match, and drops all up to it. */
  async expect(pattern: RegExp, seconds = 20): Promise<string> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const found = pattern.exec(this.text);
      if (found) {
        const before = this.text.slice(0, found.index + found[0].length);
        this.text = this.text.slice(before.length);
        return before;
      }
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`waited for ${String(pattern)}, got ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  kill(): void {
    this.pty.kill("SIGKILL");
  }
}

describe("npm run boot under a pseudo-terminal", function () {
  this.timeout(120_000);
  let t: Terminal;
  afterEach(() => t.kill());

  async function login(user: string, password: string): Promise<void> {
    t = new Terminal();
    await t.expect(/login: /);
    t.type(`${user}\r`);
    await t.expect(/assword: ?/);
    t.type(`${password}\r`);
  }

  it("boots to a login prompt; the password is not echoed; a wrong one is refused", async () => {
    await login("guest", "wrong");
    const after = await t.expect(/login: /);
    expect(after).not.to.contain("wrong");
    expect(after).to.match(/incorrect|denied/i);
    t.type("guest\r");
    await t.expect(/assword: ?/);
    t.type("guest\r");
    await t.expect(/\$ /);
    t.type("id -un; tty\r");
    await t.expect(/guest\r*\n\/dev\/console\r*\n/);
  });

  it("^C interrupts, ^Z stops, fg continues, ^D logs out", async () => {
    await login("root", "hurd");
    await t.expect(/# /);
    t.type("sleep 1000\r");
    await t.expect(/sleep 1000\r*\n/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    t.type("\x03");
    await t.expect(/# /);
    t.type("echo status $?\r");
    await t.expect(/status 130\r*\n/);
    t.type("cat\r");
    await t.expect(/cat\r*\n/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    t.type("\x1a");
    await t.expect(/Stopped.*cat\r*\n/);
    t.type("jobs\r");
    await t.expect(/\[1\].*Stopped.*cat\r*\n/);
    t.type("fg\r");
    await t.expect(/cat\r*\n/);
    t.type("again\r");
    await t.expect(/again\r*\nagain\r*\n/);
    t.type("\x04");
    await t.expect(/# /);
    t.type("\x04");
    await t.expect(/login: /);
  });

  it("the window's size reaches the terminal", async () => {
    await login("root", "hurd");
    await t.expect(/# /);
    t.type("stty size\r");
    await t.expect(/24 80\r*\n/);
    t.resize(100, 30);
    await new Promise((resolve) => setTimeout(resolve, 300));
    t.type("stty size\r");
    await t.expect(/30 100\r*\n/);
  });

  it("halt ends it with status 0", async () => {
    await login("root", "hurd");
    await t.expect(/# /);
    t.type("halt\r");
    expect(await t.exited).to.equal(0);
  });
});
