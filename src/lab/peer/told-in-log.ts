/** What became of a message, as Postfix's log tells it. */
import type { Sent } from '#lab/providers/sending/send';

const STATUS: Readonly<Record<string, Sent['kind']>> = {
  sent: 'sent',
  deferred: 'later',
  bounced: 'failed',
  expired: 'failed',
};

/** In front of what a host answered, as Postfix says it. */
const SAID = /^host \S+ said: (.*?)(?: \(in reply to .*\))?$/;

/** The first word on it; undefined: nothing yet. */
export function toldInLog(log: string, queueId: string): Sent | undefined {
  const mark = ` ${queueId}: to=<`;
  for (const line of log.split('\n')) {
    if (!line.includes(mark)) continue;
    const at = line.indexOf(' status=');
    const [, status = '', text = ''] = /^ status=([a-z]+) \((.*)\)$/.exec(line.slice(at)) ?? [];
    const kind = STATUS[status];
    if (kind !== undefined) return { kind, said: SAID.exec(text)?.[1] ?? text };
  }
  return undefined;
}
