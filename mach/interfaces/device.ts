/** Devices, from the device master port or an open device. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, subsystem } from "../mig/subsystem.ts";

export const device = subsystem("device", 2800, {
  /** Opens a device by name. D_NO_SUCH_DEVICE; answered late when it takes time. */
  device_open: routine(2800, { mode: t.int, name: t.stringElement(128) }, { device: t.polySend }),
  /** Closes it. */
  device_close: routine(2801, {}, {}),
  /** Writes out-of-line data at a record. */
  device_write: routine(2802, { mode: t.int, recnum: t.int, data: t.pages }, { bytes_written: t.int }),
  /** The same in line. */
  device_write_inband: routine(2803, { mode: t.int, recnum: t.int, data: t.charsUpTo(128) }, { bytes_written: t.int }),
  /** Reads up to that many bytes; answered when there are some. */
  device_read: routine(2804, { mode: t.int, recnum: t.int, bytes_wanted: t.int }, { data: t.pagesMoved }),
  /** The same in line. */
  device_read_inband: routine(2805, { mode: t.int, recnum: t.int, bytes_wanted: t.int }, { data: t.charsUpTo(128) }),
  /** A memory object of the device's memory. */
  device_map: routine(2809, { prot: t.int, offset: t.int, size: t.int, unmap: t.int }, { pager: t.copySend }),
  /** Sets facts by flavor. */
  device_set_status: routine(2810, { flavor: t.int, status: t.intsUpTo(1024) }, {}),
  /** Facts by flavor. */
  device_get_status: routine(2811, { flavor: t.int, statusCnt: t.int }, { status: t.intsUpTo(1024, true) }),
  /** Packets that match go to a port. */
  device_set_filter: routine(2812, { receive_port: t.polySend, priority: t.int, filter: t.shortsUpTo(128) }, {}),
  /** An interrupt goes to a port. */
  device_intr_register: routine(2813, { id: t.int, flags: t.int, receive_port: t.polySend }, {}),
  /** That interrupt was handled. */
  device_intr_ack: routine(2814, { receive_port: t.polySend }, {}),
});

/** Plain stubs. */
export const deviceCall = client(device);
