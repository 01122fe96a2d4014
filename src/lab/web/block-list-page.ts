/** The pages of the block list: whether an address is on it, why, and the form that asks for it to be taken off. Pure. */
import { REFUSALS, type Refused } from '#lab/dnsbl/answer';
import { endOf, quietUntil, RULES, type OffenceKind, type Removal } from '#lab/dnsbl/rules';
import type { BlockListView } from '#lab/dnsbl/start';
import type { Language } from '#protocol/dsn/language';
import { html, type Content } from './html.ts';
import { askFor, linkTo, moment, pairs, speaker, table, type Page, type Reader } from './layout.ts';
import { BLOCK_LIST } from './sites.ts';
import { REFUSED_TEXTS } from './texts.ts';

export function askAddress(reader: Reader, bad: string | undefined): Page {
  return {
    status: bad === undefined ? 200 : 400,
    title: 'listTitle',
    self: { site: BLOCK_LIST, path: '/' },
    body: [
      bad === undefined ? undefined : html`<p>${speaker(reader.lang)('badAddress')}</p>`,
      askFor(reader, BLOCK_LIST, 'ip', 'address', 'look', bad?.slice(0, 253)),
    ],
  };
}

/** @param view undefined: nothing bad was seen of it @param token that the form carries */
export function addressPage(
  address: string,
  view: BlockListView | undefined,
  token: string,
  reader: Reader,
): Page {
  const t = speaker(reader.lang);
  const seen = (view?.offences ?? [])
    .toReversed()
    .map(({ kind, at, detail }) => [moment(at), causeIn(kind, reader.lang), detail]);
  return {
    status: 200,
    title: 'listTitle',
    self: { site: BLOCK_LIST, path: '/', query: { ip: address } },
    body: [
      html`<p><strong>${address}</strong> ${t(view?.listed ? 'listed' : 'notListed')}</p>`,
      view?.listed ? listing(view, token, reader) : undefined,
      seen.length === 0
        ? undefined
        : html`<h2>${t('sightings')}</h2>
            ${table([t('when'), t('because'), ''], seen)}`,
      askFor(reader, BLOCK_LIST, 'ip', 'address', 'look'),
    ],
  };
}

function listing(view: BlockListView, token: string, reader: Reader): Content {
  const t = speaker(reader.lang);
  const { address, cause, listedAt, times, offences } = view;
  const held = { listedAt: listedAt ?? 0, times };
  const last = offences.at(-1);
  return [
    pairs([
      [t('because'), cause === null ? undefined : causeIn(cause, reader.lang)],
      [t('since'), moment(held.listedAt)],
      [t('times'), times],
      [t('removable'), moment(quietUntil(held, last))],
      [t('endsAt'), moment(endOf(held, last))],
    ]),
    html`<p>${t('howToLeave')}</p>
      <form method="post" action="${linkTo(reader, BLOCK_LIST, '/remove')}">
        <input type="hidden" name="lang" value="${reader.lang}" />
        <input type="hidden" name="ip" value="${address}" />
        <input type="hidden" name="token" value="${token}" />
        <p><button>${t('remove')}</button></p>
      </form>`,
  ];
}

export function removalPage(address: string, removal: Removal, reader: Reader): Page {
  const t = speaker(reader.lang);
  const [status, said] = answerTo(removal, t);
  const back = linkTo(reader, BLOCK_LIST, '/', { ip: address, lang: reader.lang });
  return {
    status,
    title: 'listTitle',
    body: [
      html`<p><strong>${address}</strong></p>
        <p>${said}</p>
        <p><a href="${back}">${address}</a></p>`,
    ],
  };
}

function answerTo(removal: Removal, t: ReturnType<typeof speaker>): [number, string] {
  switch (removal.kind) {
    case 'removed':
      return [200, t('removed')];
    case 'not-listed':
      return [404, t('notListed')];
    case 'too-early':
      return [409, `${t('tooEarly')} ${moment(removal.until)}`];
    default:
      return removal satisfies never;
  }
}

/** What the texts of the list in the DNS lead to: `dnsbl-spam-trap?ip=…`. Undefined: there is no such reason. */
export function reasonPage(
  reason: string,
  address: string | undefined,
  reader: Reader,
): Page | undefined {
  const said = reasonIn(reason, reader.lang);
  if (said === undefined) return undefined;
  const query = { ...(address !== undefined && { ip: address }), lang: reader.lang };
  const there = linkTo(reader, BLOCK_LIST, '/', query);
  return {
    status: 200,
    title: 'listTitle',
    body: html`<p>${address}</p>
      <p>${said}</p>
      <p><a href="${there}">${BLOCK_LIST}</a></p>`,
  };
}

function reasonIn(reason: string, lang: Language): string | undefined {
  if (Object.hasOwn(RULES, reason)) return causeIn(reason, lang);
  const refused = REFUSALS.find((one: Refused) => one === reason);
  return refused && REFUSED_TEXTS[refused][lang];
}

function causeIn(cause: string, lang: Language): string {
  return Object.hasOwn(RULES, cause) ? RULES[cause as OffenceKind].text[lang] : cause;
}
