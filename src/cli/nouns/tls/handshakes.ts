/** `hikyaku tls handshakes`: who breaks off TLS with this server, by network, and whether its mail comes all the same. */
import type { Command } from 'commander';
import { say, type Phrase } from '#mail/story/phrase';
import type { RowOf } from '#servers/admin/calls';
import { callRows } from '#cli/control';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { printRows, remark, timeColumn } from '#cli/terminal/output';
import { readSince, SINCE_EXAMPLES, type Since } from '#cli/since';
import { addLimit, addVerb, type CommonOptions } from '#cli/verb';

interface HandshakeOptions extends CommonOptions, LanguageOptions {
  readonly since?: Since;
  readonly limit?: number;
}

type Row = RowOf<'tls/handshakes'>;

export const HANDSHAKE_TEXTS = {
  network: { en: 'NETWORK', ja: 'ネットワーク' },
  failed: { en: 'BROKEN OFF', ja: '失敗' },
  'under-tls': { en: 'MAIL BY TLS', ja: 'TLS で受信' },
  'in-clear': { en: 'IN CLEAR', ja: '平文で受信' },
  last: { en: 'LAST', ja: '最新' },
  listeners: { en: 'LISTENERS', ja: '待ち受け' },
  reason: { en: 'WHY, AS SAID LAST', ja: '最新の理由' },
  none: { en: 'Nobody broke off a handshake.', ja: 'ハンドシェイクの失敗はありません。' },
  clear: {
    en: 'Mail of some comes in clear instead. Where they break off right after the handshake, `tls.session_tickets = false` may help; a client that knows no TLS 1.2 has to be renewed.',
    ja: '平文に切り替えて送ってくる相手がいます。ハンドシェイクの直後に切れる場合は `tls.session_tickets = false` で直ることがあります。TLS 1.2 を知らない相手は、相手側の更新が必要です。',
  },
} as const satisfies Readonly<Record<string, Phrase>>;

export function addHandshakes(noun: Command): void {
  const handshakes = addVerb(
    noun,
    'handshakes',
    'count the handshakes that clients broke off, by their network (IPv4 /24, IPv6 /64)',
    'hikyaku tls handshakes',
    'hikyaku tls handshakes --since 24h --json',
  ).option('--since <time>', `${SINCE_EXAMPLES} (7d)`, readSince);
  addLanguage(
    addLimit(handshakes, 'networks at most, those with the most (50 unless told)'),
  ).action(async ({ since, limit, lang, ...options }: HandshakeOptions) => {
    const title = (key: keyof typeof HANDSHAKE_TEXTS): string =>
      say(HANDSHAKE_TEXTS[key], lang, {});
    const rows: Row[] = [];
    const input = { ...since, ...(limit !== undefined && { limit }) };
    for await (const row of callRows(options, 'tls/handshakes', input)) rows.push(row);
    await printRows(
      rows,
      [
        { title: title('network'), value: (row: Row) => row.network },
        { title: title('failed'), value: (row: Row) => row.failed, align: 'right' },
        { title: title('under-tls'), value: (row: Row) => row.underTls, align: 'right' },
        { title: title('in-clear'), value: (row: Row) => row.inClear, align: 'right' },
        timeColumn(title('last'), (row: Row) => row.lastAt),
        { title: title('listeners'), value: (row: Row) => row.listeners.join(' '), shrinks: true },
        { title: title('reason'), value: (row: Row) => row.reason, below: true },
      ],
      options,
      title('none'),
    );
    if (options.json !== true && rows.some(({ inClear }) => inClear > 0)) remark(title('clear'));
  });
}
