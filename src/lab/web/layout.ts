/** What every page of the practice Internet has around it. No script, nothing from elsewhere, one style that its digest allows. Pure. */
import { createHash } from 'node:crypto';
import type { Language } from '#protocol/dsn/language';
import { html, textOf, written, type Content, type Html } from './html.ts';
import { placeFor, type Caller, type Site } from './sites.ts';
import { TEXTS, type TextKey } from './texts.ts';

/** Who asked, and how a page speaks to them. */
export interface Reader {
  readonly caller: Caller;
  readonly lang: Language;
}

export interface Page {
  readonly status: number;
  readonly title: TextKey;
  readonly body: Content;
  /** Where the page is in the other language, but for `lang=`; undefined: it has no address of its own. Without a site: of the host itself. */
  readonly self?: { readonly site?: Site; readonly path: string; readonly query?: Query };
}

type Self = NonNullable<Page['self']>;
type Query = Readonly<Record<string, string>>;

const STYLE = `
:root { color-scheme: light dark }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere }
table { border-collapse: collapse }
th, td { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top }
pre { background: #8882; padding: .6rem .8rem; white-space: pre-wrap }
.bad { font-weight: bold }
a[hreflang] { float: right }
h2, h3 { clear: both }
input, textarea, button { font: inherit; max-width: 100%; box-sizing: border-box; padding: .2rem .4rem }
input, textarea { display: block; width: 32rem }
.short { width: 12rem }
td form, .act a { display: inline-block }
.act { display: flex; gap: .6rem; align-items: baseline }
button, .act { white-space: nowrap }
th { overflow-wrap: normal }
.hint { font-size: .9rem; margin: 0 }
.refused, .remark { border: 2px solid; padding: .4rem .8rem; margin: .4rem 0 }
.refused { border-color: #c00 }
.remark { border-color: #a60 }
.value { font-family: ui-monospace, monospace }
.wide td { overflow-wrap: break-word }
.wide .value { overflow-wrap: anywhere }
nav ul, .row { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: 0; list-style: none }
footer { margin-top: 3rem; font-size: .9rem }
@media (max-width: 45rem) {
h1 { font-size: 1.5rem }
.wide, .wide tbody, .wide tr, .wide td { display: block }
.wide thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
.wide tr { border-top: 1px solid #888; padding: .4rem 0 }
.wide td { padding: 0 }
.wide td::before { content: attr(data-title) ': '; font-weight: bold }
}
`;

/** CSP Level 3. */
export const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256')
  .update(STYLE)
  .digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

const STYLE_ELEMENT = written(`<style>${STYLE}</style>`);

export function document({ title, body, self }: Page, reader: Reader): string {
  const { lang } = reader;
  const t = speaker(lang);
  const other = lang === 'en' ? 'ja' : 'en';
  const link =
    self &&
    html`<a href="${placeOf(reader, self, other)}" hreflang="${other}" lang="${other}"
      >${t('other')}</a
    > `;
  return textOf(
    html`<!doctype html>
      <html lang="${lang}">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${t(title)}</title>
          ${STYLE_ELEMENT}
        </head>
        <body>
          <main>
            ${link}
            <h1>${t(title)}</h1>
            ${body}
          </main>
          <footer>${t('practice')}</footer>
        </body>
      </html> `,
  );
}

function placeOf(reader: Reader, { site, path, query }: Self, lang: Language): string {
  const asked = { ...query, lang };
  return site === undefined ? withQuery(path, asked) : linkTo(reader, site, path, asked);
}

export function speaker(lang: Language): (key: TextKey) => string {
  return (key) => TEXTS[key][lang];
}

/** A form of another page, of before a restart, or of another site. */
export function badToken(title: TextKey, reader: Reader): Page {
  return { status: 403, title, body: html`<p>${speaker(reader.lang)('badToken')}</p>` };
}

export function linkTo({ caller }: Reader, site: Site, path: string, query: Query = {}): string {
  return withQuery(placeFor(caller, site, path), query);
}

function withQuery(path: string, query: Query): string {
  const asked = new URLSearchParams(query).toString();
  return path + (asked === '' ? '' : `?${asked}`);
}

/** A row for each pair whose value is there. */
export function pairs(rows: readonly (readonly [string, Content])[]): Html {
  const there = rows.filter(([, value]) => value !== undefined);
  return html`<table>
    ${there.map(
      ([name, value]) =>
        html`<tr>
          <th scope="row">${name}</th>
          <td>${value}</td>
        </tr> `,
    )}
  </table>`;
}

export function table(titles: readonly string[], rows: readonly (readonly Content[])[]): Html {
  return html`<table>
    <thead>
      <tr>
        ${titles.map((title) => html`<th scope="col">${title}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((cell) => html`<td>${cell}</td>`)}
          </tr> `,
      )}
    </tbody>
  </table>`;
}

/**
 * A table of much: in a narrow window each row stands below the other, each cell behind its title. The roles are what a browser would
 * forget of a table that is not laid out as one.
 */
export function wideTable(
  label: string,
  titles: readonly string[],
  rows: readonly (readonly Content[])[],
): Html {
  return html`<table class="wide" role="table" aria-label="${label}">
    <thead role="rowgroup">
      <tr role="row">
        ${titles.map((title) => html`<th scope="col" role="columnheader">${title}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map(
        (row) =>
          html`<tr role="row">
            ${row.map((cell, index) => html`<td role="cell" data-title="${titles[index]}">${cell}</td>`)}
          </tr> `,
      )}
    </tbody>
  </table>`;
}

/** A form that asks for one thing, and leads to a page. */
export function askFor(
  reader: Reader,
  site: Site,
  name: string,
  label: TextKey,
  button: TextKey,
  value = '',
): Html {
  const t = speaker(reader.lang);
  return html`<form action="${linkTo(reader, site, '/')}">
    <input type="hidden" name="lang" value="${reader.lang}" />
    <p>
      <label>${t(label)} <input name="${name}" value="${value}" maxlength="253" required /></label>
      <button>${t(button)}</button>
    </p>
  </form>`;
}

/** Milliseconds of the calendar as people read them; the zone is said. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
