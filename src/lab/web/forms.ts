/** The parts that forms are made of: a form with its token, fields with their label and hint, and where something was refused. Pure. */
import { toldIn, type Refused } from '#lab/dns/outcome';
import { html, type Content, type Html } from './html.ts';
import { linkTo, speaker, type Reader } from './layout.ts';
import type { Site } from './sites.ts';

export interface FormPlace {
  readonly site: Site;
  readonly path: string;
  /** What the form is about; see tokens.ts. */
  readonly token: string;
  readonly hidden?: Readonly<Record<string, string>>;
}

export function form(
  reader: Reader,
  { site, path, token, hidden = {} }: FormPlace,
  body: Content,
): Html {
  const fields = Object.entries({ lang: reader.lang, token, ...hidden });
  return html`<form method="post" action="${linkTo(reader, site, path)}">
    ${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" /> `)}
    ${body}
  </form>`;
}

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly value?: string | undefined;
  readonly hint?: string | undefined;
  readonly most?: number;
  /** For numbers and the like. */
  readonly short?: boolean;
  /** Several lines. */
  readonly rows?: number;
  /** What was refused of it. */
  readonly refused?: Refused | undefined;
}

/** @param prefix makes ids of several forms on one page differ */
export function field({ lang }: Reader, one: Field, prefix = 'f'): Html {
  const { name, label, value = '', hint, most = 1024, short, rows, refused } = one;
  const id = `${prefix}-${name}`;
  const described = [hint && `${id}-hint`, refused && `${id}-refused`].filter(Boolean).join(' ');
  const marks = [
    described === '' ? undefined : html` aria-describedby="${described}"`,
    refused === undefined ? undefined : html` aria-invalid="true"`,
    short === true ? html` class="short"` : undefined,
  ];
  const input =
    rows === undefined
      ? html`<input
          id="${id}"
          name="${name}"
          value="${value}"
          maxlength="${most}"
          ${marks}
          autocomplete="off"
          spellcheck="false"
        />`
      : html`<textarea
          id="${id}"
          name="${name}"
          rows="${rows}"
          maxlength="${most}"
          ${marks}
          spellcheck="false"
        >
${value}</textarea>`;
  return html`<p>
      <label for="${id}">${label}</label>
      ${input}
    </p>
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${refused && refusal(refused, lang, `${id}-refused`)}`;
}

/** Said where it stands: nothing was changed, why, and what to do instead. */
export function refusal(refused: Refused, lang: Reader['lang'], id: string): Html {
  const t = speaker(lang);
  const { message, remedy } = toldIn(refused, lang);
  return html`<div class="refused" role="alert" id="${id}">
    <p><strong>${t('refusedHeading')}</strong> ${message}</p>
    <p>${remedy}</p>
  </div>`;
}

/** A form that is one button. */
export function button(reader: Reader, place: FormPlace, label: string, described?: string): Html {
  const name = described === undefined ? undefined : html` aria-label="${label}: ${described}"`;
  return form(reader, place, html`<button${name}>${label}</button>`);
}
