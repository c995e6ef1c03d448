import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";

const COMMANDS = [
  "for i in 1 2 3; do /bin/true & done; wait",
  "ls / | grep bin | wc -l",
  "(sleep 1; echo x) | cat",
  "cd; touch h; settrans -p h /hurd/hello; cat h; settrans -g h",
  "yes | head -2",
  "sh -c 'kill -9 $$'; echo $?",
  "/etc/passwd",
  "(exit 3)",
].join("; ");

describe("a whole system under random schedules", () => {
  const { output, status } = runCommands({ commands: COMMANDS });
  for (const seed of [1, 2, 3, 41])
    it(`does what it does by default (seed ${seed})`, () => {
      const r = runCommands({ seed, scheduler: "random", commands: COMMANDS });
      expect([r.output, r.status, r.reason]).to.deep.equal([output, status, undefined]);
    });
  it("has the right status and output at all", () => {
    expect(status).to.equal(3);
    expect(output).to.contain("Hello, world!\ny\ny\n").and.to.contain("137\n");
  });
});
