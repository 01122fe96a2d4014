/** What the resolver remembers, for how long still; of one name, what its name servers say now. Pure. */
import type { CachedRow } from '#lab/dns/cache-list';
import type { BesideAuthority } from '#lab/dns/calls';
import type { Refused } from '#lab/dns/outcome';
import { say } from '#mail/story/phrase';
import { otherPlaces, type DnsDesk } from './dns-places.ts';
import { DNS_TEXTS, KIND_TEXTS } from './dns-texts.ts';
import { button, field } from './forms.ts';
import { html, type Content } from './html.ts';
import { linkTo, speaker, wideTable, type Page, type Reader } from './layout.ts';
import { CACHE } from './sites.ts';

/** Rows that are shown. */
const MOST = 500;

export interface CacheView {
  readonly all: readonly CachedRow[];
  readonly name: string | undefined;
  /** Undefined: no name was asked for. */
  readonly beside: BesideAuthority | Refused | undefined;
}

export function cacheToken({ tokens }: DnsDesk, name: string): string {
  return tokens.give(`${CACHE} ${name}`);
}

export function cachePage(desk: DnsDesk, { all, name, beside }: CacheView, reader: Reader): Page {
  const { lang } = reader;
  const t = speaker(lang);
  const refused = beside !== undefined && 'kind' in beside ? beside : undefined;
  return {
    status: refused === undefined ? 200 : 422,
    title: 'cacheTitle',
    self: { site: CACHE, path: '/', ...(name !== undefined && { query: { name } }) },
    body: [
      html`<p>${t('cacheAbout')}</p>
        <h2>${t('ofName')}</h2>
        <form action="${linkTo(reader, CACHE, '/')}">
          <input type="hidden" name="lang" value="${lang}" />
          ${field(reader, { name: 'name', label: t('name'), value: name, refused })}
          <p><button>${t('show')}</button></p>
        </form>`,
      beside !== undefined && 'entries' in beside
        ? ofName(desk, beside, reader)
        : everything(desk, all, reader),
      otherPlaces(CACHE, reader),
    ],
  };
}

function ofName(desk: DnsDesk, { name, entries, now }: BesideAuthority, reader: Reader): Content {
  const { lang } = reader;
  const t = speaker(lang);
  const place = {
    site: CACHE,
    path: '/flush',
    token: cacheToken(desk, name),
    hidden: { name },
  } as const;
  return [
    html`<p><a href="${linkTo(reader, CACHE, '/', { lang })}">${t('cacheTitle')}</a></p>
      <h2>${name}</h2>
      <h3>${t('remembered')}</h3>`,
    rows(entries, reader),
    html`<h3>${t('authority')}</h3>`,
    rows(now, reader),
    button(reader, place, say(DNS_TEXTS.forget, lang, { name })),
  ];
}

function everything(desk: DnsDesk, all: readonly CachedRow[], reader: Reader): Content {
  const { lang } = reader;
  const t = speaker(lang);
  const counts = { most: String(MOST), all: String(all.length) };
  const place = { site: CACHE, path: '/flush', token: cacheToken(desk, '') } as const;
  return [
    html`<h2>${t('remembered')}</h2>`,
    rows(all.slice(0, MOST), reader),
    all.length > MOST ? html`<p>${say(DNS_TEXTS.cacheMore, lang, counts)}</p>` : undefined,
    button(reader, place, t('forgetAll')),
  ];
}

function rows(found: readonly CachedRow[], reader: Reader): Content {
  const { lang } = reader;
  const t = speaker(lang);
  if (found.length === 0) return html`<p>${t('nothing')}</p>`;
  const shown = found.map(({ name, type, ttlLeft, kind, secure, values }) => [
    html`<a href="${linkTo(reader, CACHE, '/', { name: name === '' ? '.' : name, lang })}"
      >${name === '' ? '.' : name}</a
    >`,
    type,
    `${ttlLeft} s`,
    KIND_TEXTS[kind][lang],
    t(secure ? 'yes' : 'no'),
    html`<span class="value">${values.map((value) => html`${value}<br />`)}</span>`,
  ]);
  const titles = [t('name'), t('type'), t('left'), t('what'), t('secure'), t('data')];
  return wideTable(t('remembered'), titles, shown);
}
