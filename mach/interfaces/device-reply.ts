/** Late replies of devices. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { simpleroutine, subsystem } from "../mig/subsystem.ts";

export const deviceReply = subsystem("device_reply", 2900, {
  /** Late answer to device_open. */
  device_open_reply: simpleroutine(2900, { return_code: t.int, device_port: t.makeSend }),
  /** Late answer to device_write. */
  device_write_reply: simpleroutine(2902, { return_code: t.int, bytes_written: t.int }),
  /** Late answer to device_write_inband. */
  device_write_reply_inband: simpleroutine(2903, { return_code: t.int, bytes_written: t.int }),
  /** Late answer to device_read. */
  device_read_reply: simpleroutine(2904, { return_code: t.int, data: t.pagesMoved }),
  /** Late answer to device_read_inband. */
  device_read_reply_inband: simpleroutine(2905, { return_code: t.int, data: t.charsUpTo(128) }),
});

/** Plain stubs. */
export const deviceReplyCall = client(deviceReply);
