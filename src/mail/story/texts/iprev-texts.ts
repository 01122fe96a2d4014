/** What each step of the check of a client's name says (`protocol/iprev/check.ts`). A new step does not compile before it has its text. */
import type { IprevResult, IprevStep } from '#protocol/iprev/check';
import type { Phrase } from '#mail/story/phrase';

type Worded = 'address-asked' | 'concluded';

export const IPREV_STEPS = {
  'no-address': {
    en: '“{ip}” is no IP address.',
    ja: '「{ip}」は IP アドレスではありません。',
  },
  'name-asked': {
    en: 'Asked for the names of the address, PTR of {name}: {answer}.',
    ja: 'アドレスの名前として {name} の PTR を問い合わせました：{answer}。',
  },
  'names-left-out': {
    en: 'Further names of the address were not looked at: {count}.',
    ja: 'アドレスのほかの名前 {count} 個は確認していません。',
  },
} as const satisfies Record<Exclude<IprevStep['step'], Worded>, Phrase>;

/** Whether a name leads back. */
export const IPREV_NAMES = {
  true: {
    en: 'Asked for {type} of {name}: {answer}. The name leads back to the address.',
    ja: '{name} の {type} を問い合わせました：{answer}。元のアドレスに戻ります。',
  },
  false: {
    en: 'Asked for {type} of {name}: {answer}. The name does not lead back to the address.',
    ja: '{name} の {type} を問い合わせました：{answer}。元のアドレスに戻りません。',
  },
} as const satisfies Record<'true' | 'false', Phrase>;

export const IPREV_RESULTS = {
  pass: {
    en: 'The address has a name that leads back to it.',
    ja: 'アドレスには、元のアドレスに戻る名前があります。',
  },
  fail: {
    en: 'None of the names of the address leads back to it.',
    ja: 'アドレスの名前のうち、元のアドレスに戻るものはありません。',
  },
  temperror: {
    en: 'Whether the address has a name that leads back to it could not be found out now.',
    ja: 'アドレスに元のアドレスへ戻る名前があるかどうか、確認できませんでした。',
  },
  permerror: {
    en: 'The address has no name.',
    ja: 'アドレスには名前がありません。',
  },
} as const satisfies Record<IprevResult, Phrase>;
