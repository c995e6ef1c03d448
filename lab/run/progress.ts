/** A progress bar on stderr, when that is a terminal and the work takes longer than two seconds; plain lines else. */
const WIDTH = 30;
const PATIENCE = 2000;

export class Progress {
  private readonly what: string;
  private readonly total: number;
  private readonly begun = Date.now();
  private done = 0;
  private shown = false;

  constructor(what: string, total: number) {
    this.what = what;
    this.total = total;
  }

  /** One more is done. */
  step(): void {
    this.done++;
    if (!process.stderr.isTTY || Date.now() - this.begun < PATIENCE) return;
    this.shown = true;
    const full = Math.round((WIDTH * this.done) / Math.max(1, this.total));
    process.stderr.write(`\r${this.what} [${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${this.done}/${this.total}`);
  }

  /** Nothing more comes. */
  end(): void {
    if (this.shown) process.stderr.write("\r\x1b[K");
  }
}
