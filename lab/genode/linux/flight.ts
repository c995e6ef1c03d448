/**
 * Open files between their holders: references from tables and from queues, what is in flight for whom, and the end of a file that nobody refers to.
 *
 * A file in flight lives on when its last descriptor is closed. Sockets that only refer to one another by their queues are found and destroyed, as the kernel's collector does.
 */
import type { FdTable, OpenFile } from "./descriptor.ts";
import type { Datagram, Socket } from "./socket.ts";

export class Flight {
  private readonly perUser = new Map<number, number>();
  /** Open files of sockets that have not ended. */
  private readonly sockets = new Set<OpenFile>();
  total = 0;
  peak = 0;

  /** References in flight that `user` has sent. */
  of(user: number): number {
    return this.perUser.get(user) ?? 0;
  }

  /** A new open file. */
  open(what: OpenFile["what"]): OpenFile {
    const file: OpenFile = { what, fds: 0, inFlight: 0 };
    if (what.kind === "socket") this.sockets.add(file);
    return file;
  }

  /** `message` is on its way, or stands in a queue. */
  depart({ files, user }: Datagram): void {
    for (const file of files) file.inFlight++;
    this.count(user, files.length);
  }

  /** `message` has been received, or thrown away; its files may end. */
  arrive({ files, user }: Datagram): void {
    for (const file of files) file.inFlight--;
    this.count(user, -files.length);
    for (const file of files) this.ended(file);
    this.collect();
  }

  private count(user: number, by: number): void {
    this.perUser.set(user, this.of(user) + by);
    this.total += by;
    this.peak = Math.max(this.peak, this.total);
  }

  /** Closes `fd`. False when nothing stands there. */
  close(table: FdTable, fd: number): boolean {
    const file = table.take(fd);
    if (file === undefined) return false;
    this.ended(file);
    this.collect();
    return true;
  }

  private ended(file: OpenFile): void {
    if (file.fds === 0 && file.inFlight === 0) this.destroy(file);
  }

  private destroy(file: OpenFile): void {
    const { what } = file;
    this.sockets.delete(file);
    if (what.kind !== "socket" || what.dead) return;
    what.dead = true;
    this.empty(what);
    what.writers.wakeAll();
    what.peer?.readers.wakeAll();
  }

  private empty(socket: Socket): void {
    for (const message of socket.queue.splice(0)) this.arrive(message);
  }

  /** Destroys sockets that no table leads to, however they refer to one another. */
  private collect(): void {
    const alone = [...this.sockets].filter((f) => f.fds === 0 && f.inFlight > 0);
    if (alone.length === 0) return;
    const found = this.reachable();
    for (const file of alone) if (!found.has(file)) this.destroy(file);
  }

  private reachable(): ReadonlySet<OpenFile> {
    const found = new Set([...this.sockets].filter((f) => f.fds > 0));
    for (const { what } of found) if (what.kind === "socket") for (const { files } of what.queue) for (const file of files) found.add(file);
    return found;
  }
}
