/** What is wrong with an SPF record, and what its owner may want to mend although it is legal. */
import type { Advice } from '#protocol/spf/advice';
import type { Problem } from '#protocol/spf/rules';
import type { Phrase } from '#mail/story/phrase';

export const SPF_PROBLEMS = {
  'no-such-mechanism': {
    en: 'there is no such mechanism (there are all, include, a, mx, ptr, ip4, ip6 and exists)',
    ja: 'このような機構はありません（all、include、a、mx、ptr、ip4、ip6、exists があります）',
  },
  'malformed-term': {
    en: 'this is neither a mechanism nor a modifier',
    ja: '機構としても修飾子としても読めません',
  },
  'not-ascii': {
    en: 'there is a character that is not visible ASCII (terms are parted by spaces alone)',
    ja: '表示できる ASCII 以外の文字があります（項目の区切りは空白だけです）',
  },
  'argument-missing': { en: 'what it is about is missing', ja: '対象の指定がありません' },
  'argument-not-allowed': { en: 'nothing may follow here', ja: 'この後には何も書けません' },
  'malformed-domain': {
    en: 'a domain of two labels or more must stand here',
    ja: '2 つ以上のラベルからなるドメインが必要です',
  },
  'address-for-domain': {
    en: 'an address stands where a domain must (addresses go with ip4: or ip6:)',
    ja: 'ドメインの位置にアドレスがあります（アドレスは ip4: か ip6: に書きます）',
  },
  'malformed-macro': {
    en: 'a macro in it is wrong (%{d}, %{ir} and the like; a percent sign is %%)',
    ja: 'マクロに誤りがあります（%{d} や %{ir} など。パーセント記号は %%）',
  },
  'macro-only-in-explanation': {
    en: 'the macros c, r and t may stand only in the text of an explanation',
    ja: 'マクロ c、r、t は説明文の中でしか使えません',
  },
  'malformed-address': {
    en: 'no address of the right family stands here',
    ja: '正しい種類のアドレスではありません',
  },
  'malformed-prefix-length': {
    en: 'the number of bits is wrong (up to /32 for IPv4, up to /128 for IPv6)',
    ja: 'プレフィックス長に誤りがあります（IPv4 は /32 まで、IPv6 は /128 まで）',
  },
  'qualified-modifier': {
    en: 'a modifier takes none of the signs +, -, ~ and ?',
    ja: '修飾子に +、-、~、? は付けられません',
  },
  'modifier-twice': {
    en: 'redirect and exp may stand only once each',
    ja: 'redirect と exp はそれぞれ 1 回しか書けません',
  },
} as const satisfies Record<Problem, Phrase>;

/** Placeholders beyond those that a text needs are not filled: `{term}` is the term that the advice is about. */
export const SPF_ADVICE = {
  'all-pass': {
    en: 'To mend: “{term}” lets everybody send for {domain}. “-all” or “~all” is meant.',
    ja: '改善点：「{term}」は誰にでも {domain} としての送信を許します。「-all」か「~all」にしてください。',
  },
  'all-neutral': {
    en: 'To mend: “{term}” says nothing about who else may send for {domain}. “-all” or “~all” would.',
    ja: '改善点：「{term}」では、ほかの送信元を {domain} がどう扱うか分かりません。「-all」か「~all」にしてください。',
  },
  'no-end': {
    en: 'To mend: the record of {domain} ends without “all” or “redirect”, and so says nothing about who else may send.',
    ja: '改善点：{domain} のレコードの末尾に「all」も「redirect」もないため、ほかの送信元の扱いが分かりません。',
  },
  'after-all': {
    en: 'To mend: “{term}” of {domain} stands behind “all” and is never looked at.',
    ja: '改善点：{domain} の「{term}」は「all」より後にあるため、使われません。',
  },
  'redirect-beside-all': {
    en: 'To mend: “{term}” of {domain} has no effect beside “all”.',
    ja: '改善点：{domain} の「{term}」は「all」があるため無視されます。',
  },
  ptr: {
    en: 'To mend: “{term}” of {domain} is slow and unreliable, and must not be used any more. “ip4”, “ip6” or “a” take its place.',
    ja: '改善点：{domain} の「{term}」は遅くて信頼できないため、使わないことになっています。「ip4」「ip6」「a」に替えてください。',
  },
  'wide-network': {
    en: 'To mend: “{term}” of {domain} covers more addresses than any one sender has.',
    ja: '改善点：{domain} の「{term}」は、1 つの送信者が持つには広すぎる範囲です。',
  },
  'too-many-terms': {
    en: 'To mend: the record of {domain} has more terms that ask the DNS than are allowed; from “{term}” on, whoever gets there fails.',
    ja: '改善点：{domain} のレコードには DNS を引く項目が多すぎ、「{term}」以降まで進むと必ずエラーになります。',
  },
  'mechanism-with-equals': {
    en: 'To mend: “{term}” of {domain} has no effect, since a mechanism takes a colon and not an equals sign.',
    ja: '改善点：{domain} の「{term}」は無視されます。機構の後は等号ではなくコロンです。',
  },
  'unknown-modifier': {
    en: 'To know: “{term}” of {domain} is no modifier that SPF has, and is ignored.',
    ja: '参考：{domain} の「{term}」は SPF にない修飾子のため、無視されます。',
  },
  'long-record': {
    en: 'To know: the record of {domain} is longer than 450 characters, and its answer may not fit into one packet.',
    ja: '参考：{domain} のレコードは 450 文字を超えており、応答が 1 つのパケットに収まらないことがあります。',
  },
  'near-miss': {
    en: 'To mend: a TXT record of {domain} looks like an SPF record, but does not begin with “v=spf1” and a space: “{term}”.',
    ja: '改善点：{domain} の TXT レコード「{term}」は SPF レコードに似ていますが、「v=spf1」と空白で始まっていません。',
  },
  circle: {
    en: 'To mend: “{term}” of {domain} leads back to a record that is being looked at already, in a circle.',
    ja: '改善点：{domain} の「{term}」は、判定中のレコードに戻るため循環しています。',
  },
} as const satisfies Record<Advice, Phrase>;
