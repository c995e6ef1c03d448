/** SIGINFO: ^T asks the foreground for its state (`hurd/siginfo.c`, signals-fork.md §4.3). */
import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";
import { buildSystem } from "../../boot/system.ts";

describe("SIGINFO", () => {
  it("by ^T at the terminal: the leader of the foreground group prints a line and goes on, the rest of its pipeline says nothing", () => {
    const machine = buildSystem({});
    let screen = "";
    machine.console.onOutput((bytes) => {
      screen += new TextDecoder().decode(bytes);
    });
    const type = (text: string): string => {
      screen = "";
      machine.console.input(new TextEncoder().encode(text));
      machine.run();
      return screen;
    };
    machine.run();
    type("root\r");
    type("hurd\r");
    type("cat; echo ended\r");
    expect(type("\x14")).to.equal("got a SIGINFO\r\n");
    expect(type("still here\r")).to.match(/still here\r\nstill here\r\n/);
    expect(type("\x04")).to.match(/ended/);
    type("cat | cat | cat\r");
    expect(type("\x14"), "once, on the leader's own output").to.equal("got a SIGINFO\r\n");
  });

  it("without a leader's rank it is ignored, caught it is like any other; a call that it interrupts goes on", () => {
    const { output } = runCommands({ commands: "sleep 3 & sleep 1; kill -INFO $!; wait $!; echo $?; trap 'echo caught' INFO; kill -INFO $$; echo end" });
    expect(output.split("\n")).to.deep.equal(["0", "caught", "end", ""]);
  });
});
