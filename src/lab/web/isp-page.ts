/** The page of who gave the addresses: their reverse names, and what a receiver finds of them. Pure. */
import type { LearnersAddress } from '#lab/dns/isp';
import type { Changed, Refused } from '#lab/dns/outcome';
import { reverseName } from '#lab/dns/infrastructure';
import { say } from '#mail/story/phrase';
import { tellIprevStep } from '#mail/story/tell/tell-iprev';
import type { IprevReport } from '#protocol/iprev/check';
import { changeBox, lookBox } from './change-box.ts';
import { otherPlaces, type DnsDesk } from './dns-places.ts';
import { DNS_TEXTS } from './dns-texts.ts';
import { button, field, form } from './forms.ts';
import { html, type Content, type Html } from './html.ts';
import { speaker, type Page, type Reader } from './layout.ts';
import { ISP } from './sites.ts';

export interface SeenAddress {
  readonly of: LearnersAddress;
  readonly report: IprevReport;
  readonly change: Changed | undefined;
}

export interface RejectedName {
  readonly address: string;
  readonly name: string;
  readonly refused: Refused;
}

const ANOTHER = 'another';

export function ispToken({ tokens }: DnsDesk): string {
  return tokens.give(ISP);
}

export function ispPage(
  desk: DnsDesk,
  seen: readonly SeenAddress[],
  reader: Reader,
  rejected?: RejectedName,
): Page {
  const { lang } = reader;
  const t = speaker(lang);
  const { hostname, places } = desk;
  const isListed = seen.some(({ of }) => of.address === rejected?.address);
  return {
    status: rejected === undefined ? 200 : 422,
    title: 'ispTitle',
    self: { site: ISP, path: '/' },
    body: [
      html`<p>${say(DNS_TEXTS.ispAbout, lang, { hostname })}</p>`,
      seen.map((one) => addressPart(desk, one, reader, rejected)),
      html`<h2>${t('another')}</h2>
        ${form(reader, { site: ISP, path: '/ptr', token: ispToken(desk) }, [
          field(
            reader,
            {
              name: 'address',
              label: t('address'),
              value: isListed ? '' : rejected?.address,
              most: 45,
            },
            ANOTHER,
          ),
          field(
            reader,
            {
              name: 'name',
              label: t('reverseName'),
              value: isListed ? '' : rejected?.name,
              refused: isListed ? undefined : rejected?.refused,
            },
            ANOTHER,
          ),
          html`<p><button>${t('setName')}</button></p>`,
        ])}`,
      lookBox(places, [places.registry], `-x ${seen[0]?.of.address ?? desk.address}`, reader),
      otherPlaces(ISP, reader),
    ],
  };
}

function addressPart(
  desk: DnsDesk,
  { of: { address, name }, report, change }: SeenAddress,
  reader: Reader,
  rejected: RejectedName | undefined,
): Html {
  const { lang } = reader;
  const t = speaker(lang);
  const mine = rejected?.address === address ? rejected : undefined;
  const place = { site: ISP, path: '/ptr', token: ispToken(desk), hidden: { address } } as const;
  return html`<h2>${address}</h2>
    <p>${t('reverseName')}: <strong>${name ?? t('none')}</strong> (${reverseName(address)})</p>
    ${form(reader, place, [
      field(
        reader,
        {
          name: 'name',
          label: say(DNS_TEXTS.ptrLabel, lang, { address }),
          value: mine?.name ?? name ?? '',
          refused: mine?.refused,
        },
        `ptr-${address}`,
      ),
      html`<p><button>${t('setName')}</button></p>`,
    ])}
    ${
      name === null
        ? undefined
        : button(reader, { ...place, path: '/remove' }, t('removeName'), address)
    }
    <h3>${t('confirmed')}</h3>
    <ol>
      ${report.steps.map((step) => html`<li>${tellIprevStep(step, lang)} [${step.rfc}]</li> `)}
    </ol>
    ${besideEhlo(report, desk.hostname, lang)}
    ${change && changeBox(change, desk.clock.now(), reader)}`;
}

function besideEhlo({ name }: IprevReport, hostname: string, lang: Reader['lang']): Content {
  if (name === undefined) return undefined;
  return name === hostname
    ? html`<p>${DNS_TEXTS.sameAsEhlo[lang]}</p>`
    : html`<p class="remark">${say(DNS_TEXTS.otherThanEhlo, lang, { hostname })}</p>`;
}
