/** What is published by a server that only a test knows: the plans of its domains, and a DNS that is declared. */
import { publishingDesk, type PublishingDesk } from '#mail/publish/desk';
import type { Store } from '#store/database/open';
import { declaredZone, type DeclaredZone } from './declared-zone.ts';

export const TEST_HOST = 'mail.example.test';

export function testPublishing(
  store: Store,
  zone: DeclaredZone = declaredZone({}),
  distrust: () => string | undefined = () => undefined,
): PublishingDesk {
  return publishingDesk({
    source: {
      pool: store.pool,
      host: TEST_HOST,
      addresses: () => ['192.0.2.25', '2001:db8::25'],
      sources: [],
      services: { submissions: 465, submission: 587, imaps: 993, imap: 143 },
      certificates: () => Promise.resolve([]),
      authority: () => Promise.resolve(undefined),
      now: () => store.clock.now(),
    },
    resolver: zone,
    at: () => zone,
    distrust,
  });
}
