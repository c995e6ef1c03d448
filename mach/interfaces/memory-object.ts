/** The kernel's questions to a pager. */
import { MsgType } from "../ipc/names.ts";
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { simpleroutine, subsystem } from "../mig/subsystem.ts";

export const memoryObject = subsystem("memory_object", 2200, {
  /** Memory object init. */
  memory_object_init: simpleroutine(2200, { memory_control: t.makeSend, memory_object_name: t.makeSend, memory_object_page_size: t.int }),
  /** Memory object terminate. */
  memory_object_terminate: simpleroutine(
    2201,
    { memory_control: t.moveReceive, memory_object_name: t.moveReceive }, { requestPort: MsgType.MOVE_SEND },
  ),
  /** Memory object copy. */
  memory_object_copy: simpleroutine(
    2202,
    { old_memory_control: t.makeSend, offset: t.int, length: t.int, new_memory_object: t.moveReceive },
  ),
  /** Memory object data request. */
  memory_object_data_request: simpleroutine(2203, { memory_control: t.makeSend, offset: t.int, length: t.int, desired_access: t.int }),
  /** Memory object data unlock. */
  memory_object_data_unlock: simpleroutine(2204, { memory_control: t.makeSend, offset: t.int, length: t.int, desired_access: t.int }),
  /** Memory object lock completed. */
  memory_object_lock_completed: simpleroutine(2206, { memory_control: t.makeSend, offset: t.int, length: t.int }),
  /** Memory object supply completed. */
  memory_object_supply_completed: simpleroutine(
    2207,
    { memory_control: t.makeSend, offset: t.int, length: t.int, result: t.int, error_offset: t.int },
  ),
  /** Memory object data return. */
  memory_object_data_return: simpleroutine(
    2208,
    { memory_control: t.makeSend, offset: t.int, data: t.pages, dirty: t.boolean, kernel_copy: t.boolean },
  ),
  /** Memory object change completed. */
  memory_object_change_completed: simpleroutine(2209, { may_cache: t.boolean, copy_strategy: t.int }),
});

/** Plain stubs. */
export const memoryObjectCall = client(memoryObject);
