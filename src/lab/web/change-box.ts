/** How far a change has got: at which server, in which cache, by the calendar of the practice Internet; and how to look for oneself. Pure. */
import type { Changed } from '#lab/dns/outcome';
import { say } from '#mail/story/phrase';
import { DNS_TEXTS } from './dns-texts.ts';
import { html, type Html } from './html.ts';
import { moment, pairs, speaker, type Reader } from './layout.ts';

const MINUTE = 60_000;

/** @param now of the calendar */
export function changeBox(change: Changed | undefined, now: number, { lang }: Reader): Html {
  const t = speaker(lang);
  const clock = say(DNS_TEXTS.clock, lang, { now: moment(now), command: '\0' }).split('\0');
  const ahead = (at: number) =>
    at <= now ? `${moment(at)} (${t('passed1')})` : `${moment(at)} (${inTime(at - now, lang)})`;
  return html`<section aria-labelledby="last-change">
    <h2 id="last-change">${t('changeHeading')}</h2>
    ${
      change === undefined
        ? html`<p>${t('unchanged')}</p>`
        : [
            pairs([
              [t('changedAt'), moment(change.changedAt)],
              [t('servedFrom'), ahead(change.servedFrom)],
              [t('servedByAll'), ahead(change.servedByAllFrom)],
              [t('seenByAll'), ahead(change.seenByAllFrom)],
            ]),
            change.remarks.map(
              (remark) => html`<p class="remark" role="status">${remark[lang]}</p>`,
            ),
          ]
    }
    <p>${clock[0]}<code>bin/hikyaku lab clock 10m</code>${clock[1]}</p>
  </section>`;
}

/** Rounded up to the minute. */
function inTime(milliseconds: number, lang: Reader['lang']): string {
  const minutes = Math.ceil(milliseconds / MINUTE);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const parts =
    lang === 'ja'
      ? [hours > 0 && `${hours} 時間`, rest > 0 && `${rest} 分`]
      : [hours > 0 && `${hours} h`, rest > 0 && `${rest} min`];
  const time = parts.filter((part) => part !== false).join(lang === 'ja' ? '' : ' ');
  return say(DNS_TEXTS.to, lang, { time });
}

/** Where questions are asked: `address` and port of each. */
export interface DigPlaces {
  readonly registry: string;
  readonly hosters: readonly string[];
  /** Their names, as a delegation has them. */
  readonly hosterNames: readonly string[];
  readonly resolver: string;
  readonly port: number;
}

/** @param authorities addresses of servers that answer for it themselves */
export function lookBox(
  { resolver, port }: DigPlaces,
  authorities: readonly string[],
  question: string,
  { lang }: Reader,
): Html {
  const t = speaker(lang);
  const lines = [
    ...authorities.map((address) => `dig @${address} -p ${port} ${question} +norecurse`),
    `dig @${resolver} -p ${port} ${question}`,
  ];
  return html`<section aria-labelledby="look">
    <h2 id="look">${t('lookYourself')}</h2>
    <p>${t('lookAuthority')}</p>
    <pre tabindex="0">${lines.join('\n')}</pre>
  </section>`;
}
