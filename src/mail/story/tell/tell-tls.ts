/** How sessions went by the TLS policies of their hosts, in plain words (`mail/tls-policy/session-notes.ts`). */
import { say } from '#mail/story/phrase';
import { POLICY_TYPES, TLS_RESULTS, TLS_SESSIONS } from '#mail/story/texts/tls-texts';
import { wordOf, type Tellers } from './told.ts';

export const TLS_TELLERS = {
  'attempt.tls': (fields, { language }) => {
    const result = fields.text('result');
    const delivers = fields.raw('delivers') === true;
    const phrase = TLS_SESSIONS[result === undefined ? 'well' : delivers ? 'reported' : 'refused'];
    const reason = fields.text('reason');
    return {
      phase: 'attempt',
      tone: result === undefined ? 'good' : delivers ? 'plain' : 'bad',
      rfc: phrase.rfc,
      text: say(phrase, language, {
        host: fields.shown('host'),
        policy: wordOf(POLICY_TYPES, fields.text('policy'), language),
        tls: fields.shown('tls'),
        result: wordOf(TLS_RESULTS, result, language),
      }),
      details: reason === undefined ? [] : [fields.shown('reason')],
    };
  },
} satisfies Partial<Tellers>;
