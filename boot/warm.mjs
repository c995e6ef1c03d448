// Runs a bundle once and keeps what V8 has compiled of it: node boot/warm.mjs BUNDLE [ARG ...]. Run by build.mjs, its output thrown away.
import { renameSync, writeFileSync } from "node:fs";
import { cacheOf, load } from "./load.cjs";

const [path = "", ...args] = process.argv.slice(2);
const { exports, script, name } = load(path);
await exports.main(args);
const part = `${cacheOf(path)}.${process.pid}`;
writeFileSync(part, Buffer.concat([Buffer.from(`${name}\n`, "latin1"), script.createCachedData()]));
renameSync(part, cacheOf(path));
