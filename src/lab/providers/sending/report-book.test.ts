import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ground } from '#lab/ground';
import { PROVIDERS } from '#lab/providers/tables/list';
import { silentLog } from '#log';
import type { HostPolicy } from '#mail/tls-policy/host-policy';
import { declaredZone } from '../../../../test/support/dns/declared-zone.ts';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { ReportBook } from './report-book.ts';

interface Asked {
  readonly text: string;
  /** How many messages are written, by row. */
  readonly messages: unknown;
  readonly answer: PromiseWithResolvers<object>;
}

/** A book whose statements wait until the test answers them. */
function openBook() {
  const asked: Asked[] = [];
  const query = (text: string, values: readonly unknown[]): Promise<object> => {
    const answer = Promise.withResolvers<object>();
    asked.push({ text, messages: values[5], answer });
    return answer.promise;
  };
  const ground = { clock: new ManualClock(), log: silentLog, pool: { query } };
  const book = new ReportBook({
    ground: ground as unknown as Ground,
    resolver: declaredZone({}),
    providers: PROVIDERS,
    add: () => Promise.resolve(),
  });
  const provider = PROVIDERS.find(({ reports }) => reports.tls)!;
  const reach = (): void =>
    book.reached(
      provider,
      { recipientDomain: 'there.test', type: 'sts', domain: 'there.test' } as HostPolicy,
      { result: '', reason: '', mxHost: 'mx.there.test' },
    );
  return { book, asked, reach };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('the reports of a day wait for what is being written down meanwhile', async () => {
  const { book, asked, reach } = openBook();
  reach();
  const inBackground = book.save();
  const sent = book.sendReports(new AbortController().signal);
  await turns();
  assert.equal(asked.length, 1);
  assert.match(asked[0]!.text, /insert into lab\.provider_reported/);
  asked[0]!.answer.resolve({ rows: [] });
  await inBackground;
  await turns();
  assert.match(asked[1]!.text, /select distinct provider, domain/);
  asked[1]!.answer.resolve({ rows: [] });
  assert.equal(await sent, 0);
});

test('what could not be written is written with what came since', async () => {
  const { book, asked, reach } = openBook();
  reach();
  const lost = book.save();
  await turns();
  reach();
  asked[0]!.answer.reject(new Error('gone'));
  await lost;
  const saved = book.save();
  await turns();
  assert.deepEqual(asked[1]!.messages, [2]);
  asked[1]!.answer.resolve({ rows: [] });
  await saved;
});
