/** A disk in the host's memory: records of 512 bytes. Reads past its end are short, writes past its end fail. */
import { Dev } from "../kern/kern-return.ts";
import { invalidOperation, type Device } from "./device.ts";

/** Bytes of a record (`DEV_GET_SIZE_RECORD_SIZE`). */
export const RECORD_SIZE = 512;
/** Flavors of `device_get_status` (`device/device_types.h`). */
export const DEV_GET_SIZE = 0;
export const DEV_GET_RECORDS = 1;

/** A device over `bytes`, which it changes in place. */
export function diskDevice(bytes: Uint8Array, writable = true): Device {
  return {
    read(recnum, wanted, done) {
      const from = recnum * RECORD_SIZE;
      if (wanted < 0) done({ err: Dev.INVALID_SIZE });
      else if (recnum < 0 || from > bytes.length) done({ err: Dev.INVALID_RECNUM });
      else done({ err: 0, data: bytes.slice(from, from + wanted) });
      return undefined;
    },
    write(recnum, data) {
      const from = recnum * RECORD_SIZE;
      if (!writable) return { err: Dev.READ_ONLY };
      if (recnum < 0 || from >= bytes.length) return { err: Dev.INVALID_RECNUM };
      const count = Math.min(data.length, bytes.length - from);
      bytes.set(data.subarray(0, count), from);
      return { err: 0, count };
    },
    getStatus(flavor) {
      if (flavor === DEV_GET_SIZE) return { err: 0, words: [bytes.length, RECORD_SIZE] };
      if (flavor === DEV_GET_RECORDS) return { err: 0, words: [Math.floor(bytes.length / RECORD_SIZE), RECORD_SIZE] };
      return invalidOperation;
    },
  };
}
