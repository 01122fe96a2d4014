/** How the data of each type is written: said where it was written otherwise, and beside the fields of a form. */
import type { Phrase } from '#mail/story/phrase';

export const AS_ZONE_FILE = {
  en: 'Give the value as a zone file has it (RFC 1035 §5).',
  ja: 'ゾーンファイルの形で書いてください（RFC 1035 §5）。',
} as const satisfies Phrase;

export const EXAMPLES: Readonly<Record<string, Phrase>> = {
  A: {
    en: 'Give an IPv4 address, such as 127.20.25.25.',
    ja: 'IPv4 アドレスを書いてください（例：127.20.25.25）。',
  },
  AAAA: {
    en: 'Give an IPv6 address, such as 2001:db8::25.',
    ja: 'IPv6 アドレスを書いてください（例：2001:db8::25）。',
  },
  MX: {
    en: 'Give a preference and a host name, such as «10 mail.example.test.»; the host gets its own A record.',
    ja: '優先度とホスト名を書いてください（例：«10 mail.example.test.»）。ホストには別に A レコードが要ります。',
  },
  TXT: {
    en: 'Give the text in quotes; a quote within it is written \\". What is longer than 255 octets is split by itself.',
    ja: 'テキストを引用符で囲んで書いてください。中の引用符は \\" と書きます。255 オクテットを超えるものは自動で分割されます。',
  },
  CNAME: {
    en: 'Give one host name, such as «www.example.test.».',
    ja: 'ホスト名を一つ書いてください（例：«www.example.test.»）。',
  },
  NS: {
    en: 'Give the name of a name server, such as «ns1.dnshost.test.»; its address is a record of its own.',
    ja: 'ネームサーバーの名前を書いてください（例：«ns1.dnshost.test.»）。そのアドレスは別のレコードです。',
  },
  PTR: {
    en: 'Give one host name, such as «mail.example.test.».',
    ja: 'ホスト名を一つ書いてください（例：«mail.example.test.»）。',
  },
  SRV: {
    en: 'Give priority, weight, port and host, such as «0 1 993 mail.example.test.».',
    ja: '優先度、重み、ポート、ホスト名を書いてください（例：«0 1 993 mail.example.test.»）。',
  },
  CAA: {
    en: 'Give flags, a tag and a value in quotes, such as «0 issue "ca.test"».',
    ja: 'フラグ、タグ、引用符で囲んだ値を書いてください（例：«0 issue "ca.test"»）。',
  },
  TLSA: {
    en: 'Give usage, selector, matching type and the digest in hexadecimal, such as «3 1 1 8cb0…».',
    ja: '用途、セレクター、照合方法、16 進数のダイジェストを書いてください（例：«3 1 1 8cb0…»）。',
  },
  DS: {
    en: 'Give key tag, algorithm, digest type and digest in hexadecimal, such as «12345 13 2 8cb0…».',
    ja: '鍵タグ、アルゴリズム、ダイジェストの種類、16 進数のダイジェストを書いてください（例：«12345 13 2 8cb0…»）。',
  },
};
