/** why.lab.test: what `hikyaku lab why` says, as a page, and no more than it says. Pure. */
import type { Explained } from '#lab/providers/calls';
import type { ToldEntry } from '#lab/providers/rules/tell-trace';
import { html, type Html } from './html.ts';
import { askFor, linkTo, moment, pairs, speaker, table, type Page, type Reader } from './layout.ts';
import { WHY } from './sites.ts';

export function whyPage(told: Explained, reader: Reader): Page {
  const t = speaker(reader.lang);
  const { id, provider, at, code, enhanced, verdict, others } = told;
  const head = pairs([
    [t('id'), id],
    [t('provider'), provider],
    [t('when'), moment(Date.parse(at))],
    [t('reply'), `${code}${enhanced === null ? '' : ` ${enhanced}`}`],
    [t('verdict'), verdict ?? undefined],
  ]);
  const links = others.map(
    (one) => html`<li><a href="${linkTo(reader, WHY, `/${one}`)}">${one}</a></li>`,
  );
  return {
    status: 200,
    title: 'whyTitle',
    self: { site: WHY, path: `/${id}` },
    body: [
      head,
      told.mode === 'exam' ? html`<p>${t('exam')}</p>` : explained(told, reader),
      links.length === 0
        ? undefined
        : html`<p>${t('others')}</p>
            <ul>
              ${links}
            </ul>`,
    ],
  };
}

/** @param status 404 where an id was given */
export function askWhy(reader: Reader, status: 200 | 404): Page {
  const t = speaker(reader.lang);
  return {
    status,
    title: 'whyTitle',
    self: { site: WHY, path: '/' },
    body: [
      status === 404 ? html`<p>${t('unknownId')}</p>` : undefined,
      html`<p>${t('whyAsk')}</p>`,
      askFor(reader, WHY, 'id', 'id', 'show'),
    ],
  };
}

function explained({ trace, facts }: Explained, { lang }: Reader): Html {
  const t = speaker(lang);
  const titles = [t('result'), t('rule'), t('asked'), t('seen'), t('outcome')];
  const row = ({ matched, stage, rule, to, asks, text, reply, source }: ToldEntry) => [
    matched ? html`<span class="bad">${t('matched')}</span>` : t('passed'),
    `${stage} ${rule}${to === undefined ? '' : ` <${to}>`}`,
    asks,
    text,
    matched ? `${reply} [${source}]` : '',
  ];
  return html`<h2>${t('rules')}</h2>
    ${table(titles, trace.map(row))}
    <details>
      <summary>${t('facts')}</summary>
      <pre>${JSON.stringify(facts, undefined, 2)}</pre>
    </details>`;
}
