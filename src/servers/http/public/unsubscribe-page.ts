/** The page of somebody who leaves a list: a button that posts, and what it says once that is done. Plain HTML without scripts; pure. */
import { createHash } from 'node:crypto';
import { ALL_BULK } from '#store/suppression';
import type { Subscription } from '#mail/unsubscribe/token';
import { escapeHtml } from '#protocol/http/escape-html';
import type { Language } from '#servers/http/landing-texts';
import { UNSUBSCRIBE_TEXTS } from './unsubscribe-texts.ts';

const STYLE = `
:root { color-scheme: light dark }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem }
h1 { line-height: 1.2 }
p { overflow-wrap: anywhere }
button { font: inherit; padding: .5rem 1.2rem }
`;

/** Nothing but the page itself, its own style, and the form back to where it came from (CSP Level 3). */
export const UNSUBSCRIBE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256')
  .update(STYLE)
  .digest('base64')}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;

type Shown = Pick<Subscription, 'address' | 'stream'>;

/** Asks before anything happens: what only looks at links (RFC 8058 §1) changes nothing. */
export function askingPage(subscription: Shown, lang: Language): string {
  const about = say(subscription.stream === ALL_BULK ? 'allBulk' : 'list', subscription, lang);
  return page(
    lang,
    'title',
    `<p>${about}</p>
<form method="post">
<input type="hidden" name="List-Unsubscribe" value="One-Click">
<button type="submit">${say('button', subscription, lang)}</button>
</form>`,
  );
}

export function donePage(subscription: Shown, lang: Language): string {
  const key = subscription.stream === ALL_BULK ? 'doneAllBulk' : 'doneList';
  return page(
    lang,
    'done',
    `<p>${say(key, subscription, lang)}</p>\n<p>${say('underWay', subscription, lang)}</p>`,
  );
}

function page(lang: Language, title: 'title' | 'done', content: string): string {
  const heading = escapeHtml(UNSUBSCRIBE_TEXTS[title][lang]);
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${heading}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${heading}</h1>
${content}
</main>
</body>
</html>
`;
}

function say(
  key: keyof typeof UNSUBSCRIBE_TEXTS,
  { address, stream }: Shown,
  lang: Language,
): string {
  const values: Readonly<Record<string, string>> = { address, list: stream };
  return UNSUBSCRIBE_TEXTS[key][lang].replaceAll(
    /\{(address|list)\}/g,
    (_, name: string) => `<strong>${escapeHtml(values[name]!)}</strong>`,
  );
}
