/** What becomes of a figure when its subject grows ×10 and ×100 (or what its row says): each size against the smallest, round by round. */
import { ratio, type Figure } from "./contest.ts";

/** Sizes of one subject, the smallest first. */
export interface Series {
  readonly what: string;
  readonly sizes: readonly (readonly [size: string, figure: string])[];
}

export const series: readonly Series[] = [
  { what: "clients of one server, RPCs a second", sizes: [["10", "clients-10"], ["10³", "clients-1k"], ["10⁵", "clients-100k"]] },
  { what: "tasks that take turns, RPCs a second", sizes: [["2", "tasks-2"], ["10⁴", "tasks-10k"], ["10⁵", "tasks-100k"]] },
  { what: "rights of the caller, RPCs a second", sizes: [["2", "rpc-null"], ["10³", "names-1k"], ["10⁵", "names-100k"]] },
  { what: "clients of the mix, RPCs a second", sizes: [["40", "mix"], ["400", "mix-400"], ["4,000", "mix-4k"]] },
  { what: "rights in a message, RPCs a second", sizes: [["1", "rpc-right"], ["16", "rpc-rights-16"]] },
  { what: "bytes out of line by address, RPCs a second", sizes: [["1 Ki", "ool-1k"], ["64 Ki", "ool-64k"], ["4 Mi", "ool-4m"]] },
  { what: "bytes out of line from registers, RPCs a second", sizes: [["1 Ki", "ool-registers-1k"], ["64 Ki", "ool-registers-64k"], ["4 Mi", "ool-registers-4m"]] },
  { what: "processes beside, launches a second", sizes: [["0", "exec"], ["10", "exec-among-10"], ["100", "exec-among-100"]] },
  { what: "bytes of a write to a pipe, bytes a second", sizes: [["512", "pipe-512"], ["4 Ki", "pipe-4k"], ["64 Ki", "pipe-64k"]] },
  { what: "bytes of a read on tmpfs, bytes a second", sizes: [["1 Ki", "tmpfs-read-1k"], ["64 Ki", "tmpfs-read-64k"]] },
  { what: "bytes of a write on tmpfs, bytes a second", sizes: [["1 Ki", "tmpfs-write-1k"], ["64 Ki", "tmpfs-write-64k"]] },
  { what: "bytes of a read on ext2fs, bytes a second", sizes: [["1 Ki", "ext2fs-read-1k"], ["64 Ki", "ext2fs-read-64k"]] },
  { what: "bytes of a write on ext2fs, bytes a second", sizes: [["1 Ki", "ext2fs-write-1k"], ["64 Ki", "ext2fs-write-64k"]] },
  { what: "programs in a replayed run, traps a second", sizes: [["1", "replay"], ["10", "replay-10"], ["100", "replay-100"]] },
  { what: "traps of an explored scenario, executions a second", sizes: [["61", "explore"], ["601", "explore-600"], ["6,001", "explore-6k"]] },
];

/** A size with its figure's share of the smallest one's. */
export interface Grown {
  readonly size: string;
  readonly share: number;
}

/** Of the series that were measured. */
export function grown(figures: readonly Figure[]): readonly { readonly what: string; readonly sizes: readonly Grown[] }[] {
  const find = (name: string): Figure | undefined => figures.find((f) => f.name === name);
  return series.flatMap(({ what, sizes }) => {
    const base = find(sizes[0]?.[1] ?? "");
    if (base === undefined) return [];
    const measured = sizes.flatMap(([size, name]) => {
      const figure = find(name);
      return figure === undefined ? [] : [{ size, share: ratio(figure, base) }];
    });
    return measured.length > 1 ? [{ what, sizes: measured }] : [];
  });
}
