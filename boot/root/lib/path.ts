/** File names as text. */

/** The last component: "/usr/" gives "usr", "/" itself. */
export function lastComponent(path: string): string {
  const trimmed = path.replace(/(?<=[^])\/+$/, "");
  return trimmed === "/" ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** What stands before the last component: "." without a slash. */
export function directoryPart(path: string): string {
  const m = /^([^]*?)\/*[^/]*\/*$/.exec(path);
  const dir = m?.[1] ?? "";
  return dir !== "" ? dir : path.startsWith("/") ? "/" : ".";
}

/** A name in a directory. */
export const join = (directory: string, name: string): string => (directory.endsWith("/") ? directory + name : `${directory}/${name}`);
