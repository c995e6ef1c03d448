/** The kernel's questions to a pager. */
import { MsgType } from "../ipc/names.ts";
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { simpleroutine, subsystem } from "../mig/subsystem.ts";

export const memoryObject = subsystem("memory_object", 2200, {
  /** The kernel begins to use a memory object: its control and name ports. */
  memory_object_init: simpleroutine(2200, { memory_control: t.makeSend, memory_object_name: t.makeSend, memory_object_page_size: t.int }),
  /** The kernel is done with it, and gives those ports back. */
  memory_object_terminate: simpleroutine(
    2201,
    { memory_control: t.moveReceive, memory_object_name: t.moveReceive }, { requestPort: MsgType.MOVE_SEND },
  ),
  /** A copy was made of a range, for a pager that wants to know. */
  memory_object_copy: simpleroutine(
    2202,
    { old_memory_control: t.makeSend, offset: t.int, length: t.int, new_memory_object: t.moveReceive },
  ),
  /** Pages are needed. */
  memory_object_data_request: simpleroutine(2203, { memory_control: t.makeSend, offset: t.int, length: t.int, desired_access: t.int }),
  /** More access is needed to cached pages. */
  memory_object_data_unlock: simpleroutine(2204, { memory_control: t.makeSend, offset: t.int, length: t.int, desired_access: t.int }),
  /** Answer to memory_object_lock_request. */
  memory_object_lock_completed: simpleroutine(2206, { memory_control: t.makeSend, offset: t.int, length: t.int }),
  /** Answer to memory_object_data_supply. */
  memory_object_supply_completed: simpleroutine(
    2207,
    { memory_control: t.makeSend, offset: t.int, length: t.int, result: t.int, error_offset: t.int },
  ),
  /** Changed pages come back. */
  memory_object_data_return: simpleroutine(
    2208,
    { memory_control: t.makeSend, offset: t.int, data: t.pages, dirty: t.boolean, kernel_copy: t.boolean },
  ),
  /** Answer to memory_object_change_attributes. */
  memory_object_change_completed: simpleroutine(2209, { may_cache: t.boolean, copy_strategy: t.int }),
});

/** Plain stubs. */
export const memoryObjectCall = client(memoryObject);
