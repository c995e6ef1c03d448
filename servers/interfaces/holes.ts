/**
 * The four local-root holes of 2021 (cves.md). A system is built as it is now, or as it was before one of them was closed: each program carries the holes
 * of its build, as a binary linked against the libraries of that day would, and its C library says which (`libc.holes`).
 */

/** CVE numbers: set-uid exec race, forged notifications, writable mappings for readers, relayed proc authentication. */
export const HOLES = ["2021-43411", "2021-43412", "2021-43413", "2021-43414"] as const;
export type Hole = (typeof HOLES)[number];

/**
 * Parts of a secure exec that a system can be built without, to see what each is for (comparison.md §3 E5): a new task, the program's own auth handle, a process port and a root
 * that are not the caller's, an environment without what directs libraries, descriptors 0 to 2 open. No system ever was like that.
 */
export const OMISSIONS = ["secure-new-task", "secure-auth", "secure-proc", "secure-root", "secure-environment", "secure-descriptors"] as const;
export type Omission = (typeof OMISSIONS)[number];

/** Another design than the real one: the exec server answers only when the new program has fetched its start-up data (comparison.md §8 M6). */
export const DESIGNS = ["exec-answers-late"] as const;
/** Everything in which a build can differ from the system as it is. */
export type Flaw = Hole | Omission | (typeof DESIGNS)[number];

/** The holes that are open, the parts that are missing, what is done otherwise. */
export type Holes = ReadonlySet<Flaw>;

/** The system as it is now. */
export const NO_HOLES: Holes = new Set();

export const isHole = (name: string): name is Hole => (HOLES as readonly string[]).includes(name);
