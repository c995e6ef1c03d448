/**
 * What descriptors refer to: files and directories, and open file descriptions of each type (cloudabi.md §7).
 *
 * A description is shared by all descriptors and messages that refer to it, and so are its offset and flags. It counts them; with the last one it is closed.
 */
import { FileType } from "../rights.ts";
import type { FdFlags } from "./traps.ts";

export interface RegularFile {
  readonly kind: "file";
  /** As the scenario calls it. */
  readonly label: string;
  content: Uint8Array;
  /** It has the x permission. */
  readonly executable: boolean;
  /** Descriptions that are open for writing. */
  writers: number;
}

export interface Directory {
  readonly kind: "directory";
  readonly label: string;
  readonly entries: Map<string, Inode>;
}

export type Inode = RegularFile | Directory;

export const newFile = (label: string, content: string | Uint8Array = "", executable = false): RegularFile => ({
  kind: "file",
  label,
  content: typeof content === "string" ? new TextEncoder().encode(content) : content,
  executable,
  writers: 0,
});

export const newDirectory = (label: string, entries: Readonly<Record<string, Inode>> = {}): Directory => ({ kind: "directory", label, entries: new Map(Object.entries(entries)) });

/** An open file description. */
export abstract class OpenFile {
  abstract readonly type: FileType;
  readonly label: string;
  flags: FdFlags = { append: false, nonblock: false };
  private references = 0;

  constructor(label: string) {
    this.label = label;
  }

  /** Descriptors and messages that refer to it. */
  get count(): number {
    return this.references;
  }

  refer(): this {
    this.references++;
    return this;
  }

  release(): void {
    if (--this.references === 0) this.closed();
  }

  /** The last reference has gone. */
  protected abstract closed(): void;
}

/** A terminal, or what else is read and written without a place in it. */
export class CharacterDevice extends OpenFile {
  readonly type = FileType.CHARACTER_DEVICE;
  /** What can be read still. */
  input = new Uint8Array(0);
  /** What has been written, in order. */
  output = "";

  protected closed(): void {
    // A device stays.
  }
}

export class OpenRegularFile extends OpenFile {
  readonly type = FileType.REGULAR_FILE;
  readonly inode: RegularFile;
  readonly writing: boolean;
  offset = 0;

  /** `writing`: it was opened for writing. */
  constructor(inode: RegularFile, writing: boolean, label = inode.label) {
    super(label);
    this.inode = inode;
    this.writing = writing;
    if (writing) inode.writers++;
  }

  protected closed(): void {
    if (this.writing) this.inode.writers--;
  }
}

export class OpenDirectory extends OpenFile {
  readonly type = FileType.DIRECTORY;
  readonly inode: Directory;

  constructor(inode: Directory, label = inode.label) {
    super(label);
    this.inode = inode;
  }

  protected closed(): void {
    // The directory stays.
  }
}

export class SharedMemory extends OpenFile {
  readonly type = FileType.SHARED_MEMORY;
  /** Mappings keep it too, by themselves: it may be closed. */
  readonly memory: { content: Uint8Array } = { content: new Uint8Array(0) };

  protected closed(): void {
    // Mappings may still refer to the memory.
  }
}

/** What can be seen of a child. */
export interface Child {
  /** What the scenario calls it now: an exec may change that. */
  readonly label: string;
  readonly name: string;
  readonly task: { readonly threads: readonly { readonly id: number }[] };
}

/** A child, and its life: when the last descriptor goes it is killed (§2.4). */
export class ProcessFile extends OpenFile {
  readonly type = FileType.PROCESS;
  private readonly onClose: () => void;
  /** How the child ended. */
  ended: { readonly status: number } | { readonly signal: string } | undefined;
  readonly child: Child;

  constructor(label: string, child: Child, onClose: () => void) {
    super(label);
    this.child = child;
    this.onClose = onClose;
  }

  protected closed(): void {
    this.onClose();
  }
}
