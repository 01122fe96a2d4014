/** Milliseconds for which this thread has computed so far: bounds on linear time hold whatever else runs on the machine. */
export function computedFor(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
