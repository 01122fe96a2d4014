/** A key as the DNS plan has it: its public half, as the record that others verify with. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import type { PlannedKey } from '#mail/dns-plan/facts';
import type { ListedKey } from '#store/directory/dkim-keys';
import type { KeyLife } from './decide.ts';

export function plannedKey({ selector, algorithm, state, privateKey }: ListedKey): PlannedKey {
  const key = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' });
  return { selector, algorithm, state, record: dnsRecordFor(createPublicKey(key)) };
}

export function keyLife(key: ListedKey): KeyLife {
  return {
    selector: key.selector,
    state: key.state,
    createdAt: key.createdAt.getTime(),
    seenAt: key.seenAt?.getTime(),
    activatedAt: key.activatedAt?.getTime(),
    retiredAt: key.retiredAt?.getTime(),
  };
}
