/**
 * What is told of warm-up plans: why a day came to what it did, how a plan stands, who did something to it. A step without its text in both
 * languages does not compile.
 */
import type { EventCatalogue } from '#events';
import type { WarmUpStep } from '#mail/warm-up/steps';
import type { Phrase } from '#mail/story/phrase';
import type { PlanState } from '#store/warm-up/plans';

export const WARM_UP_STEPS = {
  begun: {
    en: 'Begins with {size} recipients a day; done with {target} a day.',
    ja: '1 日 {size} 宛先から始めます。1 日 {target} 宛先に届けば完了です。',
  },
  day: {
    en: '{taken} of {planned} planned were sent, {delivered} of them taken.',
    ja: '計画 {planned} 宛先のうち {taken} を送信し、{delivered} が受け取られました。',
  },
  slowed: {
    en: '{count} of {taken} were put off for our rate or reputation.',
    ja: '{taken} 宛先のうち {count} が、送信量や評価を理由に先送りされました。',
  },
  refused: {
    en: '{count} of {taken} were refused for what we are (block, reputation or authentication).',
    ja: '{taken} 宛先のうち {count} が、送信元を理由に拒否されました（遮断、評価、認証）。',
  },
  bounced: {
    en: '{count} of {taken} addresses do not exist.',
    ja: '{taken} 宛先のうち {count} が存在しませんでした。',
  },
  complaints: {
    en: '{count} readers complained, of {taken} recipients.',
    ja: '{taken} 宛先に対し、苦情が {count} 件ありました。',
  },
  unused: {
    en: 'Less than half of the plan was used ({taken} of {planned}), which shows the site nothing.',
    ja: '計画の半分も使っていないため（{planned} のうち {taken}）、実績になりません。',
  },
  ceiling: {
    en: 'The site once wanted no more than {ceiling} a day, so this is a small step.',
    ja: '以前は 1 日 {ceiling} 宛先で断られたため、小幅に増やします。',
  },
  grown: {
    en: 'A good day: {size} from now on.',
    ja: '良好な 1 日でした。次は {size} 宛先に増やします。',
  },
  held: { en: 'No more than before: {size}.', ja: '増やさず、{size} 宛先とします。' },
  halved: {
    en: 'A bad day: half of it, {size}.',
    ja: '問題のある 1 日でした。{size} 宛先に減らします。',
  },
  reached: {
    en: 'A good day of {target}: the plan is done, and nothing holds mail back any more.',
    ja: '目標の 1 日 {target} 宛先を無事に送れました。計画は完了し、以後の制限はありません。',
  },
  rested: {
    en: 'The site asked for less: bulk mail rests until {until}, other mail is tried again sooner.',
    ja: '送信を控えるよう求められたため、一斉配信を {until} まで休みます。それ以外のメールは早めに再試行します。',
  },
  blocked: {
    en: 'The site refuses mail from us ({count} of {taken}): nothing more goes until the plan is started again.',
    ja: '相手がこちらのメールを拒んでいます（{taken} 宛先のうち {count}）。計画を再開するまで、何も送りません。',
  },
} as const satisfies Record<WarmUpStep['key'], Phrase>;

export const WARM_UP_STATES = {
  active: { en: 'under way', ja: '進行中' },
  paused: { en: 'paused by hand: nothing goes', ja: '手動で休止中（送信しません）' },
  stopped: {
    en: 'stopped, the site refuses us: nothing goes',
    ja: '相手の拒否により停止中（送信しません）',
  },
  finished: { en: 'finished', ja: '完了' },
} as const satisfies Record<PlanState, Phrase>;

export const WARM_UP_CAUSES = {
  operator: { en: 'by hand', ja: '手動' },
  source: { en: 'its source is new', ja: '新しい送信元' },
  site: { en: 'the site refuses mail from us', ja: '相手による拒否' },
  target: { en: 'the amount that is needed was reached', ja: '必要な送信量に到達' },
} as const satisfies Record<
  | EventCatalogue['warm-up.begun']['public']['by']
  | EventCatalogue['warm-up.halted']['public']['by']
  | EventCatalogue['warm-up.ended']['public']['by'],
  Phrase
>;

export const WARM_UP_WORDS = {
  /** A source that the system chooses. */
  anySource: { en: 'the usual address', ja: '既定のアドレス' },
  heldBack: {
    en: 'held back by the warm-up plan until {time}',
    ja: 'ウォームアップの計画により {time} まで待機',
  },
  heldBackOpen: {
    en: 'held back by the warm-up plan until it is started again',
    ja: 'ウォームアップの計画が再開されるまで待機',
  },
} as const satisfies Record<string, Phrase>;
