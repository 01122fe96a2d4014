import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import { HostSessions } from './host-sessions.ts';

const LIMITS = { sessions: 3, characters: 1000, entriesEach: 5, charactersEach: 600 };
const line = (text: string): DialogueEntry => ({ at: 0, kind: 'sent', line: text });

function began(sessions: HostSessions, id: string) {
  const witness = sessions.witnessOf('mx.bigmail.test');
  return witness.began({ id, listener: 'mx', client: '127.20.8.10' })!;
}

test('a session can be read while it goes on and after its end, and is found by what the host said', () => {
  let now = 1000;
  const sessions = new HostSessions({ now: () => now });
  const observer = began(sessions, 'a');
  observer.said(line('220 mx.bigmail.test'));
  observer.said({ at: 5, kind: 'received', line: 'MAIL FROM:<x@06zgwar4g0400.test>' });
  assert.equal(sessions.find('a')!.endedAt, undefined);
  assert.equal(sessions.naming('mx.bigmail.test', '06zgwar4g0400'), undefined);
  now = 2000;
  observer.said(line('250 2.0.0 06zgwar4g0400 taken'));
  observer.ended();
  const found = sessions.naming('mx.bigmail.test', '06zgwar4g0400')!;
  assert.deepEqual(
    [found.id, found.beganAt, found.endedAt, found.entries.length],
    ['a', 1000, 2000, 3],
  );
  assert.equal(sessions.naming('mx.grey.test', '06zgwar4g0400'), undefined);
});

test('whatever is said, no more is remembered than allowed, and the newest stay', () => {
  const acts = fc.array(
    fc.oneof(fc.constant('begin' as const), fc.record({ to: fc.nat(20), length: fc.nat(700) })),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(acts, (all) => {
      const sessions = new HostSessions({ now: () => 0 }, LIMITS);
      const observers: ReturnType<typeof began>[] = [];
      for (const act of all) {
        if (act === 'begin') observers.push(began(sessions, String(observers.length)));
        else observers[act.to]?.said(line('x'.repeat(act.length)));
      }
      const kept = sessions.list();
      const texts = kept.flatMap(({ entries }) => entries);
      assert.ok(kept.length <= LIMITS.sessions);
      assert.ok(
        texts.reduce((sum, one) => sum + ('line' in one ? one.line.length : 0), 0) <=
          LIMITS.characters,
      );
      assert.ok(kept.every(({ entries }) => entries.length <= LIMITS.entriesEach));
      const newest = observers.length - 1;
      if (newest >= 0) assert.equal(kept.at(-1)?.id, String(newest));
    }),
  );
});
