/**
 * The messages of a chaos run. Each body is distinct and incompressible, so that its hash names it; each header
 * carries the id under which the ledger knows it, which a failure notice brings back.
 */
import { createHash } from 'node:crypto';
import type { Random } from './random.ts';

export const LOCAL_DOMAIN = 'example.test';
export const AUTHOR = `alice@${LOCAL_DOMAIN}`;
/** Accounts: the two of the first start, and more that the run adds. */
export const ACCOUNTS = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'].map(
  (name) => `${name}@${LOCAL_DOMAIN}`,
);
/** An alias whose only target is elsewhere. */
export const FORWARD = { alias: `away@${LOCAL_DOMAIN}`, target: 'away@forwarded.test' } as const;
/** The sink refuses recipients whose name begins so, for good. */
export const REFUSED = 'refused-';
export const ID_FIELD = 'X-Chaos-Id';

export interface Letter {
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  /** Header and body with CRLF, no dots stuffed. */
  readonly content: Buffer;
  readonly sha256: string;
}

export function composeLetter(random: Random, id: string, via: 'mx' | 'submission'): Letter {
  const from = via === 'mx' ? `writer@sender.test` : AUTHOR;
  const to = via === 'mx' ? mxRecipients(random) : submissionRecipients(random);
  const header = [
    `From: <${from}>`,
    `To: ${to.map((address) => `<${address}>`).join(',\r\n ')}`,
    `Subject: chaos ${id}`,
    'Date: Tue, 24 Nov 2026 12:00:00 +0000',
    `Message-ID: <${id}@chaos.test>`,
    `${ID_FIELD}: ${id}`,
  ];
  const body = composeBody(random, id);
  const content = Buffer.concat([Buffer.from(`${header.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
  return { id, from, to, content, sha256: createHash('sha256').update(body).digest('hex') };
}

/** The hash of what follows the header; of nothing where no header ends. */
export function bodyHash(content: Buffer): string {
  const end = content.indexOf('\r\n\r\n');
  const body = end === -1 ? Buffer.alloc(0) : content.subarray(end + 4);
  return createHash('sha256').update(body).digest('hex');
}

export function isLocal(address: string): boolean {
  return address.endsWith(`@${LOCAL_DOMAIN}`) && address !== FORWARD.alias;
}

function mxRecipients(random: Random): string[] {
  if (random.chance(0.1)) return [FORWARD.alias];
  const count = random.chance(0.7) ? 1 : random.between(2, 4);
  const accounts = random.shuffled(ACCOUNTS).slice(0, count);
  return random.chance(0.05) ? [...accounts, FORWARD.alias] : accounts;
}

function submissionRecipients(random: Random): string[] {
  const to = new Set<string>();
  for (let count = random.chance(0.6) ? 1 : random.between(2, 5); to.size < count;) {
    const dice = random.next();
    if (dice < 0.3) to.add(random.pick(ACCOUNTS));
    else if (dice < 0.36) to.add(`${REFUSED}${random.between(1, 99)}@relay.test`);
    else to.add(`user-${random.between(1, 99)}@${random.pick(['relay.test', 'other.test'])}`);
  }
  return [...to];
}

/** Lines of base64, one of them with a dot in front; some bodies are larger than a chunk of the store. */
function composeBody(random: Random, id: string): Buffer {
  const dice = random.next();
  const size =
    dice < 0.85
      ? random.between(100, 5000)
      : dice < 0.98
        ? random.between(20_000, 80_000)
        : 400_000;
  const lines = [`This is ${id}.`, '.with a dot in front'];
  const text = randomText(random, size);
  for (let at = 0; at < text.length; at += 76) lines.push(text.slice(at, at + 76));
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
}

/** The generator makes the first block, hashing the rest: octets one by one would cost more than sending them. */
function randomText(random: Random, size: number): string {
  const key = random.octets(16);
  const blocks: Buffer[] = [];
  for (let i = 0; i * 48 < size; i++)
    blocks.push(createHash('sha384').update(key).update(String(i)).digest());
  return Buffer.concat(blocks).toString('base64').slice(0, size);
}
