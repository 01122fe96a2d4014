/** The letter about alerts as statements: to postmaster of the host's own domain, or the address that is told. */
import type { Clock } from '#clock';
import { ownDomain, ownStatements, type OwnStatements } from '#mail/submit/own-message';
import { toAscii } from '#protocol/address/domain';
import { parseMailbox } from '#protocol/address/path';
import type { Language } from '#protocol/dsn/language';
import { accountNames } from '#store/alerts/subjects';
import type { Store } from '#store/database/open';
import type { Directory } from '#store/directory/directory';
import { listDomains } from '#store/directory/domains';
import type { ToldChange } from './changes.ts';
import { composeAlertLetter } from './letter.ts';

export interface SendOptions {
  readonly store: Store;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly hostname: string;
  readonly language: Language;
  /** '' is postmaster. */
  readonly to: string;
  /** How long delivery is tried. Milliseconds. */
  readonly queueLifetime: number;
}

/** Undefined where there is no domain to write from. */
export async function alertLetter(
  options: SendOptions,
  changes: readonly ToldChange[],
): Promise<OwnStatements | undefined> {
  const { store, clock, hostname, language } = options;
  const here = (await listDomains(store.pool)).map(({ name }) => name);
  const domain = ownDomain(hostname, here);
  if (domain === undefined) return undefined;
  const postmaster = `postmaster@${domain}`;
  const to = options.to === '' ? postmaster : options.to;
  const toDomain = toAscii(parseMailbox(to)?.domain ?? '');
  const accounts = changes.flatMap(({ rule, change }) =>
    rule.per === 'account' ? [change.subject] : [],
  );
  const id = store.newId();
  const content = composeAlertLetter(changes, {
    language,
    hostname,
    from: postmaster,
    to,
    messageId: `${id}@${hostname}`,
    now: clock.now(),
    names: await accountNames(store.pool, accounts),
  });
  const isHere = toDomain === undefined || here.includes(toDomain);
  const recipients = [{ forwardPath: to, domain: isHere ? '' : toDomain }];
  return ownStatements(options, { id, content, domain, recipients });
}
