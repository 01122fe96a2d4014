/** How keys are asked for: a TXT look-up by a `Resolver` (RFC 6376 §3.6.2, §6.1.2). */
import { decodeUtf8, fromLatin1 } from '#bytes';
import { type Resolver, txtText } from '#protocol/dns/resolver';
import type { KeyAnswer, KeyLookup } from './report.ts';

/** Never rejects; a look-up that was aborted is a temporary failure like any other. */
export function keyLookup(resolver: Resolver): KeyLookup {
  return async (name): Promise<KeyAnswer> => {
    const answer = await resolver.resolve(name, 'TXT');
    switch (answer.kind) {
      case 'records':
        return { kind: 'records', records: answer.records.map(recordText) };
      case 'no-data':
      case 'nxdomain':
        return { kind: 'none' };
      case 'failure':
        // a name that cannot be asked for has no key, now or later
        return answer.cause === 'bad-name'
          ? { kind: 'none' }
          : { kind: 'temporary', detail: answer.text };
    }
  };
}

function recordText(record: readonly string[]): string {
  const text = txtText(record);
  return decodeUtf8(fromLatin1(text)) ?? text;
}
