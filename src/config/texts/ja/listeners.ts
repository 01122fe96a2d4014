/** What several listeners have in common. */

export const LISTENS_ON =
  '待ち受けるアドレスです。`::` は、IPv4 も含めたすべてのアドレスを表します。';

export const PROXIED =
  '接続の最初に PROXY プロトコルのヘッダーを付けてくるネットワーク（CIDR）です。';

/** @param of with its particle: whether a space precedes that depends on the last letter */
export function port(of: string): string {
  return `${of}ポート番号です。0 にするとシステムが選びます。`;
}

/**
 * @param of as for `port`
 * @param use what it is for, as sentences
 */
export function publicPort(of: string, use: string): string {
  return `${of}ポート番号です。${use}\`off\` なら開かず、0 にするとシステムが選びます。`;
}
