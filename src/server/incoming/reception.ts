/** What the MX listener judges mail with, from the settings and the parts of the server. */
import type { Clock } from '#clock';
import type { Config } from '#config';
import type { Log } from '#log';
import { nowhereResolver } from '#clients/dns/nowhere';
import { readListZone } from '#config/list-zone';
import type { Client } from '#mail/receive/envelope';
import { Inquiry, type InquiryContext } from '#mail/receive/inquiry/inquiry';
import { policiesOf, type Policies } from '#mail/receive/judgement/policies';
import type { Scanner } from '#mail/receive/inquiry/scanner';
import type { Resolver } from '#protocol/dns/resolver';
import type { SenderHistory } from '#mail/reputation/history';
import type { Pool } from '#store/database/open';
import { trustedAmong } from '#store/reception/trusted-forwarders';
import { greylistingOf } from './greylist.ts';

export interface ReceptionParts {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly pool: Pool;
  readonly resolver: Resolver;
  readonly scanner: Scanner | undefined;
  readonly history: SenderHistory | undefined;
  readonly isOwnAddress: (address: string) => boolean;
  readonly isOfTheHouse: ((address: string) => boolean) | undefined;
}

export interface Reception {
  readonly policies: Policies;
  readonly inquire: (client: Client) => Inquiry;
}

export function receptionOf({
  config,
  log,
  clock,
  pool,
  resolver,
  scanner,
  history,
  isOwnAddress,
  isOfTheHouse,
}: ReceptionParts): Reception {
  const context: InquiryContext = {
    // where nothing may be asked, nothing is: the checks say so instead of failing
    resolver: resolver === nowhereResolver ? undefined : resolver,
    hostname: config.hostname,
    isOwnAddress,
    isOfTheHouse,
    now: () => clock.now(),
    verifiesArc: config['receive.arc'] || config['forward.arc_seal'],
    scanner,
    greylisting: greylistingOf(config, pool),
    history,
    trustedAmong: (accountIds, domains) => trustedAmong(pool, accountIds, domains),
    zones: config['receive.dns_lists'].map((text) => readListZone(text)!),
    log,
    patience: config['receive.patience'],
  };
  return {
    policies: policiesOf({
      honourDmarc: config['receive.honour_dmarc'],
      spfFail: config['receive.spf_fail'],
      suspicions: config['receive.suspicions'],
    }),
    inquire: (client) => Inquiry.of(context, client),
  };
}
