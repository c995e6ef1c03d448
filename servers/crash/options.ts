/** What is done with a crashed process, as the command line and fsysopts say it (feature-table.md row 13). */

/** Hold it for somebody to look at, end it, or write its image and let it end itself. */
export type Action = "suspend" | "kill" | "core-file";

export interface CrashOptions {
  readonly action: Action;
  /** For processes of orphaned groups: nobody would look at those. */
  readonly orphanAction: Action;
  /** A file name for cores, instead of the one that the process has made. */
  readonly template: string | undefined;
}

export const DEFAULTS: CrashOptions = { action: "suspend", orphanAction: "core-file", template: undefined };

const ACTIONS = new Map<string, Action>([
  ["suspend", "suspend"],
  ["kill", "kill"],
  ["core-file", "core-file"],
  ["dump-core", "core-file"],
]);

/** Words that are an action by themselves. */
const SHORT = new Map<string, Action>([
  ["-s", "suspend"],
  ["-k", "kill"],
  ["-c", "core-file"],
]);

/** The next option in `words`: its name and value, and how many words that took. */
function nextOption(words: readonly string[]): readonly [name: string, value: string | undefined, taken: number] {
  const [word = "", next] = words;
  const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  if (value !== undefined) return [name, value, 1];
  const takesValue = ["-a", "--action", "-O", "--orphan-action", "-C", "--core-file-name"].includes(word);
  return takesValue ? [word, next, 2] : [word, undefined, 1];
}

/** What `words` make of `old`; undefined for words that are not understood. An action alone is for orphans too. */
export function parseOptions(words: readonly string[], old: CrashOptions): CrashOptions | undefined {
  let { template } = old;
  let action: Action | undefined;
  let orphanAction: Action | undefined;
  for (let rest = words; rest.length > 0; ) {
    const [name, value, taken] = nextOption(rest);
    rest = rest.slice(taken);
    const named = value === undefined ? undefined : ACTIONS.get(value);
    const itself = SHORT.get(name) ?? (name.startsWith("--") && value === undefined ? ACTIONS.get(name.slice(2)) : undefined);
    if (itself !== undefined) action = itself;
    else if ((name === "-a" || name === "--action") && named !== undefined) action = named;
    else if ((name === "-O" || name === "--orphan-action") && named !== undefined) orphanAction = named;
    else if ((name === "-C" || name === "--core-file-name") && value !== undefined) template = value === "" ? undefined : value;
    else return undefined;
  }
  return { action: action ?? old.action, orphanAction: orphanAction ?? action ?? old.orphanAction, template };
}

/** The words that make these options. */
export const showOptions = ({ action, orphanAction, template }: CrashOptions): readonly string[] => [
  `--action=${action}`,
  `--orphan-action=${orphanAction}`,
  ...(template === undefined ? [] : [`--core-file-name=${template}`]),
];

/** `%p` is the process, `%s` the signal, `%t` the time in seconds, `%%` a percent sign; others stay. */
export const coreFileName = (template: string, pid: number, signo: number, time: number): string =>
  template.replace(/%[pst%]/g, (word) => (word === "%p" ? String(pid) : word === "%s" ? String(signo) : word === "%t" ? String(time) : "%"));
