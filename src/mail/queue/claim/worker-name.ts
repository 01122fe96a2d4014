/**
 * The name under which a process holds leases: which machine, which process, which start of it. A worker that starts gives back what
 * a process of its own machine held that is certainly gone, so that after a crash mail need not wait for leases to end.
 */
import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process id says something only within its namespace: containers may share a host name. */
function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

const PLACE = `${hostname()} ${namespace()}`;
const INSTANCE = randomUUID();

/** @param node of the store, for people */
export function workerName(node: string): string {
  return [node, PLACE, process.pid, INSTANCE].join('|');
}

/** Whether the process of a name is certainly gone; false for one of another machine. */
export function isGone(name: string): boolean {
  const [, place, pid, instance] = name.split('|');
  if (place !== PLACE || instance === INSTANCE) return false;
  // another start of this very process id
  if (Number(pid) === process.pid) return true;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
