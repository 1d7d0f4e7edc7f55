/** What the dashboard reads off the service's metrics, which are Prometheus's text. */

/** A device, and the memory in use on it in bytes: on a GPU by all processes, on the CPU of the service; NaN if nobody knows. */
export interface DeviceUse {
  name: string;
  memory: number;
}

const DEVICE_MEMORY = /^device_memory_bytes\{device="([^"]+)",?\} (\S+)$/m;

export function deviceOf(metrics: string): DeviceUse | undefined {
  const [, name, memory] = DEVICE_MEMORY.exec(metrics) ?? [];
  return name === undefined ? undefined : { name, memory: Number(memory) };
}
