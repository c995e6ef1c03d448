/** Devices, from the device master port or an open device. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, subsystem } from "../mig/subsystem.ts";

export const device = subsystem("device", 2800, {
  /** Device open. */
  device_open: routine(2800, { mode: t.int, name: t.stringElement(128) }, { device: t.polySend }),
  /** Device close. */
  device_close: routine(2801, {}, {}),
  /** Device write. */
  device_write: routine(2802, { mode: t.int, recnum: t.int, data: t.pages }, { bytes_written: t.int }),
  /** Device write inband. */
  device_write_inband: routine(2803, { mode: t.int, recnum: t.int, data: t.charsUpTo(128) }, { bytes_written: t.int }),
  /** Device read. */
  device_read: routine(2804, { mode: t.int, recnum: t.int, bytes_wanted: t.int }, { data: t.pagesMoved }),
  /** Device read inband. */
  device_read_inband: routine(2805, { mode: t.int, recnum: t.int, bytes_wanted: t.int }, { data: t.charsUpTo(128) }),
  /** Device map. */
  device_map: routine(2809, { prot: t.int, offset: t.int, size: t.int, unmap: t.int }, { pager: t.copySend }),
  /** Device set status. */
  device_set_status: routine(2810, { flavor: t.int, status: t.intsUpTo(1024) }, {}),
  /** Device get status. */
  device_get_status: routine(2811, { flavor: t.int, statusCnt: t.int }, { status: t.intsUpTo(1024, true) }),
  /** Device set filter. */
  device_set_filter: routine(2812, { receive_port: t.polySend, priority: t.int, filter: t.shortsUpTo(128) }, {}),
  /** Device intr register. */
  device_intr_register: routine(2813, { id: t.int, flags: t.int, receive_port: t.polySend }, {}),
  /** Device intr ack. */
  device_intr_ack: routine(2814, { receive_port: t.polySend }, {}),
});

/** Plain stubs. */
export const deviceCall = client(device);
