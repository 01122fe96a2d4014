/**
 * The page at `/`: what runs, on which ports, and what to try next, as commands to copy. Plain HTML without scripts and without
 * anything from elsewhere; pure.
 */
import { createHash } from 'node:crypto';
import { escapeHtml } from '#protocol/http/escape-html';
import { TEXTS, type Language } from './landing-texts.ts';

export type { Language } from './landing-texts.ts';

export interface Facts {
  readonly hostname: string;
  readonly ports: {
    readonly smtp: number;
    readonly submission: number;
    readonly submissions: number;
    readonly imap: number;
    readonly imaps: number;
    readonly http: number;
  };
}

const STYLE = `
:root { color-scheme: light dark }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h1 { line-height: 1.2 }
table { border-collapse: collapse }
th, td { text-align: left; padding: .2rem 1.5rem .2rem 0; vertical-align: top }
pre { background: #8882; padding: .6rem .8rem; border-radius: .3rem; overflow-x: auto; user-select: all }
a[hreflang] { float: right }
`;

/** Nothing but the page itself and its own style (CSP Level 3). */
export const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256')
  .update(STYLE)
  .digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export function landingPage({ hostname, ports }: Facts, lang: Language): string {
  const t = (key: keyof typeof TEXTS): string => escapeHtml(TEXTS[key][lang]);
  const other = lang === 'en' ? 'ja' : 'en';
  const services = (['smtp', 'submission', 'submissions', 'imap', 'imaps', 'http'] as const).map(
    (name) => `<tr><td>${t(name)}</td><td>${ports[name]}</td></tr>`,
  );
  const steps = commands(ports).map(
    ([key, command]) => `<p>${t(key)}</p><pre>${escapeHtml(command)}</pre>`,
  );
  const links = (['ready', 'live'] as const).map(
    (name) => `<li><a href="/health/${name}">/health/${name}</a> ${t(name)}</li>`,
  );
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${t('title')}: ${escapeHtml(hostname)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<a href="/?lang=${other}" hreflang="${other}" lang="${other}">${t('other')}</a>
<h1>${t('title')}</h1>
<p>${t('intro')} <strong>${escapeHtml(hostname)}</strong></p>
<h2>${t('listens')}</h2>
<table>
<thead><tr><th scope="col">${t('service')}</th><th scope="col">${t('port')}</th></tr></thead>
<tbody>${services.join('')}</tbody>
</table>
<h2>${t('next')}</h2>
${steps.join('\n')}
<h2>${t('state')}</h2>
<ul>${links.join('')}<li><a href="/metrics">/metrics</a> ${t('metrics')}</li></ul>
</main>
</body>
</html>
`;
}

function commands({ submission }: Facts['ports']): [keyof typeof TEXTS, string][] {
  const [alice, bob] = ['alice@example.test', 'bob@example.test'];
  return [
    ['seeAccounts', 'bin/hikyaku account list'],
    [
      'sendOne',
      `swaks --server 127.0.0.1:${submission} -tls --auth-user ${alice} --from ${alice} --to ${bob}`,
    ],
    ['readIt', `bin/hikyaku mail list ${bob}`],
    ['itsStory', 'bin/hikyaku message trace ID'],
    ['shape', 'bin/hikyaku queue shape'],
    ['probe', `bin/hikyaku smtp probe 127.0.0.1 --port ${submission} --quit-after ehlo`],
  ];
}
