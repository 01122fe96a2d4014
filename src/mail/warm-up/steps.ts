/** Why a plan is as it is: what a day came to, step by step. Told from `story/texts/warm-up-texts.ts`. */
export type WarmUpStep =
  | { readonly key: 'begun'; readonly size: number; readonly target: number }
  | {
      readonly key: 'day';
      readonly planned: number;
      readonly taken: number;
      readonly delivered: number;
    }
  /** Replies of these kinds count against the day. */
  | {
      readonly key: 'slowed' | 'refused' | 'bounced' | 'complaints';
      readonly count: number;
      readonly taken: number;
    }
  /** Too little was sent to say anything. */
  | { readonly key: 'unused'; readonly planned: number; readonly taken: number }
  /** The site took no more than that before. */
  | { readonly key: 'ceiling'; readonly ceiling: number }
  | { readonly key: 'grown' | 'held' | 'halved'; readonly size: number }
  | { readonly key: 'reached'; readonly target: number }
  /** Within a day. */
  | { readonly key: 'rested'; readonly until: string }
  | { readonly key: 'blocked'; readonly count: number; readonly taken: number };
