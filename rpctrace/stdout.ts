/** The host's stdout: whole pieces, and no more once nobody reads it. */

/** Characters that are written at once. */
const PIECE = 1 << 16;

/** Writes `pieces` in turn; false when stdout was closed meanwhile. */
export async function writeOut(pieces: Iterable<string>): Promise<boolean> {
  let gathered = "";
  for (const piece of pieces) {
    gathered += piece;
    if (gathered.length < PIECE) continue;
    if (!(await written(gathered))) return false;
    gathered = "";
  }
  return gathered === "" || written(gathered);
}

function written(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const closed = (): void => resolve(false);
    process.stdout.once("error", closed);
    process.stdout.write(text, (error) => {
      if (!error) process.stdout.off("error", closed);
      resolve(!error);
    });
  });
}
