/** ENABLE (RFC 9051 §6.3.1): what the client understands from now on. */
import type { CommandOf } from '#protocol/imap/command';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';

const SWITCHES: Readonly<Record<string, (state: SessionState) => void>> = {
  CONDSTORE: (state) => state.useModseqs(),
  // RFC 7162 §3.2.3: it implies CONDSTORE
  QRESYNC: (state) => {
    state.useModseqs();
    state.enabled.qresync = true;
  },
  'UTF8=ACCEPT': ({ enabled }) => (enabled.utf8 = true),
  IMAP4REV2: ({ enabled }) => (enabled.rev2 = true),
  UIDONLY: ({ enabled }) => (enabled.uidOnly = true),
};

/** As CAPABILITY spells it. */
const SPELLED: Readonly<Record<string, string>> = { IMAP4REV2: 'IMAP4rev2' };

export function enable(state: SessionState, { capabilities }: CommandOf<'ENABLE'>): Reply {
  const names = new Set<string>();
  for (const capability of capabilities) {
    const name = capability.toUpperCase();
    const switchOn = Object.hasOwn(SWITCHES, name) ? SWITCHES[name] : undefined;
    if (switchOn === undefined) continue;
    switchOn(state);
    names.add(SPELLED[name] ?? name);
  }
  const { utf8, rev2 } = state.enabled;
  state.receiver.utf8 = utf8 || rev2;
  state.receiver.noCharset = utf8;
  state.out.text(`${['* ENABLED', ...names].join(' ')}\r\n`);
  return ok('Enabled');
}
