/** The listeners of this server as checks reach them. */
import { hostPort } from '#clients/probe/tcp-probes';
import type { ProbeTarget, TlsStart } from '#clients/probe/probe';
import type { ListenerFacts, ListenerName, ServerFacts } from './server-facts.ts';

export const IMPLICIT: ReadonlySet<ListenerName> = new Set(['submissions', 'imaps']);
export const IMAP: ReadonlySet<ListenerName> = new Set(['imap', 'imaps']);

/** Those that can be spoken to: behind a proxy only the proxy can. */
export function reachable({ listeners }: ServerFacts): readonly ListenerFacts[] {
  return listeners.filter(({ proxied }) => !proxied);
}

export function listenerNamed(
  { listeners }: ServerFacts,
  name: ListenerName,
): ListenerFacts | undefined {
  return listeners.find((listener) => listener.name === name);
}

export function targetOf({ name, address, port }: ListenerFacts): ProbeTarget {
  return { address, port, start: IMPLICIT.has(name) ? 'implicit' : 'clear' };
}

export function tlsStartOf({ name }: ListenerFacts): TlsStart {
  if (IMPLICIT.has(name)) return 'implicit';
  return IMAP.has(name) ? 'imap' : 'smtp';
}

/** `smtp (25)`. */
export function shown({ name, port }: ListenerFacts): string {
  return `${name} (${port})`;
}

export { hostPort };
