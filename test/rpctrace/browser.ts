/** A headless Chromium for tests: the one that CHROMIUM names, the system's, or the one in the packages. */
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const SYSTEM = "/usr/bin/chromium";

async function packaged(): Promise<{ readonly executablePath: string; readonly args: string[] }> {
  process.env["TMPDIR"] = mkdtempSync(join(tmpdir(), "chromium-"));
  process.env["AWS_LAMBDA_JS_RUNTIME"] ??= "nodejs20.x";
  const { default: bin } = await import("@sparticuz/chromium");
  return { executablePath: await bin.executablePath(), args: bin.args };
}

/** Starts one; without any the tests fail and say why. */
export async function browser(): Promise<Browser> {
  const named = process.env["CHROMIUM"] ?? (existsSync(SYSTEM) ? SYSTEM : undefined);
  try {
    const how = named === undefined ? await packaged() : { executablePath: named, args: ["--no-sandbox"] };
    return await chromium.launch({ ...how, headless: true });
  } catch (e) {
    throw new Error(`no Chromium to open pages in (set CHROMIUM to one, or install it as ${SYSTEM}): ${e instanceof Error ? (e.message.split("\n")[0] ?? "") : String(e)}`, { cause: e });
  }
}
