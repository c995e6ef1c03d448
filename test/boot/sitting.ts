/** Somebody at the console of a system, for tests that type. */
import { buildSystem, type SystemOptions } from "../../boot/system.ts";

/** A system with somebody at its console. `type` answers what the screen shows until the machine waits again. */
export class Sitting {
  readonly machine;
  private screen = "";
  constructor(options: SystemOptions = {}) {
    this.machine = buildSystem(options);
    this.machine.console.onOutput((bytes) => {
      this.screen += new TextDecoder().decode(bytes);
    });
  }
  /** Lets the machine run until it waits for the console. What it showed. */
  wait(): string {
    this.machine.run();
    const shown = this.screen.replace(/\r\n/g, "\n");
    this.screen = "";
    return shown;
  }
  type(text: string): string {
    this.machine.console.input(new TextEncoder().encode(text));
    return this.wait();
  }
  /** A line, typed as the keyboard types it. What came after its echo. */
  line(text: string): string {
    return this.type(`${text}\r`).replace(`${text}\n`, "");
  }
  login(name: string, password: string): string {
    this.line(name);
    return this.line(password);
  }
  /** How many names each task holds, by task. */
  names(): ReadonlyMap<string, number> {
    const count = (space: { names(): readonly unknown[] }): number => space.names().length;
    return new Map([...this.machine.tasks].map((task) => [`${task.name} ${task.id}`, count(task.space)]));
  }
}

/** The system is up and asks who is there. */
export function atLogin(options?: SystemOptions): Sitting {
  const s = new Sitting(options);
  s.wait();
  return s;
}
/** Root has logged in. */
export function asRoot(): Sitting {
  const s = atLogin();
  s.login("root", "hurd");
  return s;
}
