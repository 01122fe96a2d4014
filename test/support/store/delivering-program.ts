/**
 * A process that delivers to several mailboxes of a database that it shares with others, by eight clients at once:
 * `node delivering-program.ts '{"url": …, "accounts": […], "seed": 0, "count": 300}'`. Ends with 0 when each was stored.
 */
import { utf8 } from '#bytes';
import { systemClock } from '#clock';
import { silentLog } from '#log';
import { openStore } from '#store/database/open';
import { recipientsOf } from './delivering-recipients.ts';
import { deliveryJob } from './store.ts';

interface Given {
  readonly url: string;
  readonly accounts: readonly string[];
  readonly seed: number;
  readonly count: number;
}

const { url, accounts, seed, count } = JSON.parse(process.argv[2]!) as Given;
const opened = await openStore({
  connection: { connectionString: url },
  clock: systemClock,
  log: silentLog,
  allowUnsafe: ['fsync', 'full_page_writes', 'synchronous_commit'],
});
if (opened.kind === 'refused') throw new Error(opened.reason);
await using store = opened.store;
let next = 0;

/** One after the other, as a client would. */
async function deliver(): Promise<void> {
  for (let i = next++; i < count; i = next++) {
    const to = recipientsOf(seed, i, accounts.length).map((place) => accounts[place]!);
    // the same bodies in both processes: they meet on the rows of the blobs too
    const text = `many-${i % 50}`;
    const message = `From: author@sender.test\r\nSubject: ${text}\r\n\r\n${text}\r\n`;
    await store.writer.run(deliveryJob(store, to, utf8(message)));
  }
}

// few at once: many small transactions meet more often than a few large ones
await Promise.all(Array.from({ length: 8 }, deliver));
