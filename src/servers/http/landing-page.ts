/**
 * The page at `/`: what runs, on which ports, and what to try next, as commands to copy. Plain HTML without scripts and without
 * anything from elsewhere; pure.
 */
import { createHash } from 'node:crypto';
import { asTyped } from '#mail/story/as-typed';
import { escapeHtml } from '#protocol/http/escape-html';
import { TEXTS, type Language } from './landing-texts.ts';

export type { Language } from './landing-texts.ts';

export interface Facts {
  readonly hostname: string;
  /** `dev` has the accounts of alice and bob. */
  readonly mode: 'dev' | 'serve';
  /** Of the practice Internet; undefined: the server stands alone. */
  readonly sights: Sights | undefined;
  readonly ports: {
    readonly smtp: number;
    readonly submission: number;
    readonly submissions: number;
    readonly imap: number;
    readonly imaps: number;
    readonly http: number;
  };
}

/** What a person can ask and look at in the practice Internet. */
export interface Sights {
  /** Answers DNS questions. */
  readonly resolver: Place;
  /** Has web pages for a browser. */
  readonly pages: Place;
}

interface Place {
  readonly address: string;
  readonly port: number;
}

type Step = readonly [keyof typeof TEXTS, command: string];

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

export function landingPage(facts: Facts, lang: Language): string {
  const { hostname, ports, mode, sights } = facts;
  const t = (key: keyof typeof TEXTS): string => escapeHtml(TEXTS[key][lang]);
  const other = lang === 'en' ? 'ja' : 'en';
  const services = (['smtp', 'submission', 'submissions', 'imap', 'imaps', 'http'] as const).map(
    (name) => `<tr><td>${t(name)}</td><td>${ports[name]}</td></tr>`,
  );
  const list = (steps: readonly Step[]): string =>
    steps
      .map(([key, command]) => `<p>${t(key)}</p><pre>${escapeHtml(asTyped(command))}</pre>`)
      .join('\n');
  const links = (['ready', 'live'] as const).map(
    (name) => `<li><a href="/health/${name}">/health/${name}</a> ${t(name)}</li>`,
  );
  const practice = (places: Sights): string => `<h2>${t('around')}</h2>
<p>${t('nothingLeaves')} <a href="${pagesOf(places)}">${t('pages')}</a></p>
${list(practiceSteps(places))}
`;
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
${list(mode === 'dev' ? firstSteps(ports) : dailySteps())}
${sights === undefined ? '' : practice(sights)}<h2>${t('state')}</h2>
<ul>${links.join('')}<li><a href="/metrics">/metrics</a> ${t('metrics')}</li></ul>
</main>
</body>
</html>
`;
}

function firstSteps({ submission }: Facts['ports']): readonly Step[] {
  const [alice, bob] = ['alice@example.test', 'bob@example.test'];
  return [
    ['seeAccounts', 'hikyaku account list'],
    [
      'sendOne',
      `swaks --server 127.0.0.1:${submission} -tls --auth-user ${alice} --from ${alice} --to ${bob}`,
    ],
    ['readIt', `hikyaku mail list ${bob}`],
    ['itsStory', 'hikyaku message trace ID'],
    ['shape', 'hikyaku queue shape'],
    ['probe', `hikyaku smtp probe 127.0.0.1 --port ${submission} --quit-after ehlo`],
  ];
}

function dailySteps(): readonly Step[] {
  return [
    ['unwell', 'hikyaku doctor'],
    ['seeAccounts', 'hikyaku account list'],
    ['dnsPlan', 'hikyaku domain dns DOMAIN'],
    ['find', 'hikyaku message find --since 1h'],
    ['itsStory', 'hikyaku message trace ID'],
    ['shape', 'hikyaku queue shape'],
  ];
}

function practiceSteps({ resolver }: Sights): readonly Step[] {
  return [
    ['lessons', 'hikyaku lab lessons'],
    ['firstLesson', 'hikyaku lab start 1.1'],
    ['providers', 'hikyaku lab providers'],
    ['theirMailbox', 'hikyaku lab mailbox hana@bigmail.test'],
    ['theirDns', `dig @${resolver.address} -p ${resolver.port} MX bigmail.test`],
  ];
}

/** The practice Internet has IPv4 addresses alone. */
function pagesOf({ pages }: Sights): string {
  return `http://${pages.address}:${pages.port}/`;
}
