const CR = 13;
const LF = 10;

/** What the system prints, on the host's stdout: gathered, and written in one piece. */
export class Output {
  private chunks: Uint8Array[] = [];
  private closed = false;

  constructor() {
    process.stdout.on("error", () => {
      this.closed = true;
    });
  }

  /** A host terminal puts a carriage return before each line feed itself; the guest's has done so already. */
  add(bytes: Uint8Array): void {
    if (!this.closed) this.chunks.push(process.stdout.isTTY ? bytes.filter((b, i) => b !== CR || bytes[i + 1] !== LF) : bytes);
  }

  /** Writes what there is and waits until it is gone. False when nobody reads stdout any more. */
  async flush(): Promise<boolean> {
    const { chunks } = this;
    this.chunks = [];
    if (chunks.length === 0 || this.closed) return !this.closed;
    return await new Promise((resolve) => {
      process.stdout.write(Buffer.concat(chunks), (error) => {
        if (error) this.closed = true;
        resolve(!error);
      });
    });
  }
}
