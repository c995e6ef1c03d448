/** /etc/shadow: "NAME:HASH:…", one user a line. */

/** The hash of `name`; undefined without a line for him. */
export function fieldOf(text: string, name: string): string | undefined {
  const line = text.split("\n").find((l) => l.startsWith(`${name}:`));
  return line?.split(":")[1];
}

/** The text with another hash for `name`. */
export const withField = (text: string, name: string, hash: string): string =>
  text
    .split("\n")
    .map((line) => (line.startsWith(`${name}:`) ? [name, hash, ...line.split(":").slice(2)].join(":") : line))
    .join("\n");
