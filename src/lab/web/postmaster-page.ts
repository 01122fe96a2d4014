/** The page on which bigmail.test shows a sender what it thinks of them. Pure. */
import type { PostmasterRow } from '#lab/providers/senders/postmaster';
import { complianceOf, ITEMS } from './compliance.ts';
import { html, type Html } from './html.ts';
import { askFor, linkTo, speaker, table, type Page, type Reader } from './layout.ts';
import { POSTMASTER } from './sites.ts';
import { ITEM_TEXTS, REPUTATION_TEXTS, VERDICT_TEXTS } from './texts.ts';

/** @param sender undefined: nobody was asked for */
export function postmasterPage(
  all: readonly PostmasterRow[],
  sender: string | undefined,
  reader: Reader,
): Page {
  const t = speaker(reader.lang);
  const rows = all.filter((row) => row.sender === sender);
  const known = [...new Set(all.map((row) => row.sender))].toSorted().slice(0, MOST_SENDERS);
  const links = known.map(
    (one) =>
      html`<li>
        <a href="${linkTo(reader, POSTMASTER, '/', { sender: one, lang: reader.lang })}">${one}</a>
      </li>`,
  );
  return {
    status: 200,
    title: 'postmasterTitle',
    self: { site: POSTMASTER, path: '/', ...(sender !== undefined && { query: { sender } }) },
    body: [
      askFor(reader, POSTMASTER, 'sender', 'sender', 'show', sender),
      sender === undefined ? undefined : ofSender(rows, sender, reader),
      links.length === 0
        ? undefined
        : html`<h2>${t('senders')}</h2>
            <ul>
              ${links}
            </ul>`,
    ],
  };
}

const MOST_SENDERS = 200;

function ofSender(rows: readonly PostmasterRow[], sender: string, { lang }: Reader): Html {
  const t = speaker(lang);
  if (rows.length === 0) return html`<p>${t('noSender')}</p>`;
  const compliance = complianceOf(rows);
  const verdicts = ITEMS.map((item) => [
    ITEM_TEXTS[item][lang],
    compliance[item] === 'needs-work'
      ? html`<span class="bad">${VERDICT_TEXTS['needs-work'][lang]}</span>`
      : VERDICT_TEXTS[compliance[item]][lang],
  ]);
  const titles = [
    t('day'),
    t('taken'),
    t('spamRate'),
    t('reputation'),
    'SPF',
    'DKIM',
    'DMARC',
    t('encryption'),
    t('errors'),
  ];
  const days = rows.map((row) => [
    row.day,
    row.messages,
    share(row.spamRate, 2),
    REPUTATION_TEXTS[row.reputation][lang],
    share(row.spf),
    share(row.dkim),
    share(row.dmarc),
    share(row.tls),
    row.errors.map(({ code, count }) => `${code} ×${count}`).join(', '),
  ]);
  return html`<h2>${sender}</h2>
    <h3>${t('compliance')}</h3>
    ${table([t('item'), t('verdict')], verdicts)}
    <h3>${t('days')}</h3>
    ${table(titles, days)}`;
}

function share(value: number | null, digits = 0): string {
  return value === null ? '–' : `${(value * 100).toFixed(digits)} %`;
}
