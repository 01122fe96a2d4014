/** Words for what is forwarded: under which reverse-path and why, and why it was not sealed. */
import type { Sender } from '#mail/deliver/reverse-path';
import type { UnsealedReason } from '#mail/deliver/seal';
import type { Phrase } from '#mail/story/phrase';

/** In brackets behind the reverse-path. */
export const SENDER_TEXTS = {
  srs0: {
    en: 'rewritten by SRS, so that SPF passes for this server',
    ja: 'SPF に合格するよう SRS で書き換え',
  },
  srs1: {
    en: 'rewritten by SRS, after another forwarder',
    ja: '別の転送元に続き SRS で書き換え',
  },
  reference: {
    en: 'rewritten by SRS, with the id of the message, since the address would be too long',
    ja: 'アドレスが長すぎるため、メッセージの ID を用いて SRS で書き換え',
  },
  own: { en: 'of a domain here, and left as it is', ja: 'このサーバーのドメインのため変更なし' },
  null: { en: 'the null reverse-path stays', ja: '空のエンベロープ From のまま' },
  kept: {
    en: 'left as it is, since no rewritten form would fit',
    ja: '書き換えても収まらないため変更なし',
  },
} as const satisfies Record<Sender['how'], Phrase>;

/** As a part of a sentence. */
export const UNSEALED_TEXTS = {
  'no-key': {
    en: 'the domain of the alias has no active RSA key',
    ja: 'エイリアスのドメインに有効な RSA 鍵がありません',
    rfc: 'RFC 8617 §4.1',
  },
  'header-not-parted': {
    en: 'header and body are not parted by the first empty line, so that a seal would not hold',
    ja: 'ヘッダーと本文が最初の空行で分かれていないため、封印が成り立ちません',
    rfc: 'RFC 5322 §2.1',
  },
  'chain-unknown': {
    en: 'the seals that it came with were not verified',
    ja: '届いた時点の封印を検証していません',
    rfc: 'RFC 8617 §5.1',
  },
  'failed-before': {
    en: 'a seal says already that the chain is broken',
    ja: '連鎖の破損を示す封印がすでにあります',
    rfc: 'RFC 8617 §5.1',
  },
  'no-instance': {
    en: 'it has as many seals as a message may have',
    ja: '封印の数が上限に達しています',
    rfc: 'RFC 8617 §5.2',
  },
} as const satisfies Record<UnsealedReason, Phrase>;
