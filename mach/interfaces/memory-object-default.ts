/** The kernel's questions to the default pager. */
import { MsgType } from "../ipc/names.ts";
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { simpleroutine, subsystem } from "../mig/subsystem.ts";

export const memoryObjectDefault = subsystem("memory_object_default", 2250, {
  /** The default pager gets a new temporary object. */
  memory_object_create: simpleroutine(
    2250,
    { new_memory_object: t.moveReceive, new_object_size: t.int, new_control_port: t.makeSend, new_name: t.makeSend, new_page_size: t.int },
    { requestPort: MsgType.MOVE_SEND },
  ),
  /** The default pager gets pages of such an object for the first time. */
  memory_object_data_initialize: simpleroutine(2251, { memory_control_port: t.makeSend, offset: t.int, data: t.pages }),
});

/** Plain stubs. */
export const memoryObjectDefaultCall = client(memoryObjectDefault);
