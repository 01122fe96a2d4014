/**
 * Addresses of the moment that take a message and keep nothing: what is sent there goes the whole way to the commit, and the events of that say
 * that it arrived. An address is its own proof (an HMAC by a secret of the installation, with its time), so that every node knows it, whichever
 * opened it; nobody else makes one, and each holds for a short while. Mail for any other address is judged as ever.
 */
import { createHmac } from 'node:crypto';
import { equalConstantTime, utf8 } from '#bytes';
import type { Expansion } from '#mail/deliver/expand';
import { mailboxKey, type Mailbox } from '#protocol/address/mailbox';
import { lowestIdAt, timeOfId, type NewId } from '#store/database/ids';
import { echoOf } from '#store/doctor/echo';
import type { Queryable } from '#store/query/queryable';

/** Real milliseconds: a calendar may run fast. */
const OPEN_FOR = 120_000;
/** Clocks of nodes differ a little. */
const SKEW = 60_000;
const PREFIX = 'doctor-';
/** When it was opened in real seconds, an id of the calendar, the proof: 54 octets, where a local part may have 64. */
const FORM = /^doctor-([0-9a-z]{6,8})-([0-9a-hjkmnp-tv-z]{13})-([0-9a-f]{24})@/;

export interface EchoBox {
  /** A new address of a domain that is here. */
  readonly open: (domain: string) => string;
  /** Where a mailbox leads that is one of these; undefined for every other. */
  readonly expansionOf: (mailbox: Mailbox) => Expansion | undefined;
  /** Whether a message came, to any node, and why it would be junk; undefined before that. */
  readonly look: (address: string) => Promise<{ readonly junk: readonly string[] } | undefined>;
}

export interface EchoParts {
  /** Of the installation. */
  readonly secret: Uint8Array;
  readonly newId: NewId;
  readonly realNow: () => number;
  readonly db: Queryable;
}

export function echoBox({ secret, newId, realNow, db }: EchoParts): EchoBox {
  const key = createHmac('sha256', secret).update('hikyaku doctor echo').digest();
  const proofOf = (opened: string, id: string, domain: string): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([opened, id, domain]))
      .digest('hex')
      .slice(0, 24);
  return {
    open(domain) {
      const opened = Math.floor(realNow() / 1000).toString(36);
      const id = newId();
      return `${PREFIX}${opened}-${id}-${proofOf(opened, id, domain)}@${domain}`;
    },
    expansionOf(mailbox) {
      if (!mailbox.localPart.startsWith(PREFIX)) return undefined;
      const address = mailboxKey(mailbox);
      const [, opened, id, proof] = FORM.exec(address) ?? [];
      if (opened === undefined) return undefined;
      const expected = proofOf(opened, id!, mailbox.domain);
      if (!equalConstantTime(utf8(proof!), utf8(expected))) return undefined;
      const age = realNow() - Number.parseInt(opened, 36) * 1000;
      if (age > OPEN_FOR || age < -SKEW) return undefined;
      const steps = [{ address, rule: 'doctor', targets: [] }] as const;
      return { tenantId: '0', accounts: [], external: [], steps, problems: [] };
    },
    async look(address) {
      const [, , id] = FORM.exec(address) ?? [];
      if (id === undefined) return undefined;
      const junk = await echoOf(db, address, lowestIdAt(timeOfId(id) - SKEW));
      return junk && { junk };
    },
  };
}
