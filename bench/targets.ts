/** What is to be reached, as ratios of figures of one run (performance.md, and the project's goals). */

/** `over` of `of` is to be `least` or more. */
export interface Target {
  readonly of: string;
  readonly over: string;
  readonly least: number;
  readonly what: string;
  /** True: smaller figures are better, and `most` is meant. */
  readonly most?: boolean;
}

export const targets: readonly Target[] = [
  { of: "rpc-null", over: "sp", least: 30, what: "null RPC by raw mach_msg, one pair" },
  { of: "rpc-null", over: "message-channel", least: 25, what: "the same against MessageChannel" },
  { of: "rpc-deep", over: "sp", least: 8, what: "null RPC, yield* six deep" },
  { of: "mix", over: "sp", least: 8, what: "the mix" },
  { of: "mix", over: "nact", least: 2.5, what: "the mix against nact" },
  { of: "rpc-right", over: "sp", least: 15, what: "an RPC that carries a send right" },
  { of: "ool-64k", over: "ool-1k", least: 0.9, what: "64 KiB out of line ÷ 1 KiB out of line" },
  { of: "ool-64k", over: "sp-64k", least: 25, what: "64 KiB out of line against the C echo of 64 KiB" },
  { of: "tasks-10k", over: "tasks-2", least: 0.4, what: "10⁴ tasks ÷ 2 tasks" },
  { of: "tasks-100k", over: "tasks-2", least: 0.35, what: "10⁵ tasks ÷ 2 tasks" },
  { of: "watched-record", over: "watched-nobody", least: 0.4, what: "recorder on ÷ off" },
  { of: "watched-listener", over: "watched-nobody", least: 0.5, what: "a listener ÷ none" },
  { of: "watched-nobody", over: "watched-without-tap", least: 0.98, what: "no listener ÷ tap compiled out" },
  { of: "bytes-task", over: "one", least: 400, most: true, what: "bytes of an empty task" },
  { of: "bytes-port", over: "one", least: 300, most: true, what: "bytes of a port with its receive right" },
  { of: "bytes-right", over: "one", least: 120, most: true, what: "bytes of a send right" },
  { of: "exec", over: "exec-c", least: 1, what: "fork, exec, exit and wait of /bin/true ÷ the same in C" },
  { of: "boot-warm", over: "sixty", least: 1, most: true, what: "boot to prompt in process ÷ 60 ms" },
  { of: "boot-warm", over: "node-empty", least: 1, most: true, what: "boot to prompt in process ÷ node on an empty file" },
  { of: "boot-cold", over: "sixty", least: 1, most: true, what: "the first boot of a fresh process ÷ 60 ms" },
  { of: "boot-cold", over: "node-empty", least: 1, most: true, what: "the first boot of a fresh process ÷ node on an empty file" },
  { of: "boot-command", over: "npm-empty", least: 1.4, most: true, what: "npm run boot -- -c true ÷ npm run of an empty script" },
  { of: "explore", over: "sixty-thousand", least: 1, what: "exploring 60 traps: executions a second ÷ 60,000" },
  { of: "explore-traps", over: "spin", least: 2, what: "exploring: traps a second ÷ states a second of spin" },
];
