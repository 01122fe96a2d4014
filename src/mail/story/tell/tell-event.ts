/**
 * Each type of event as one line of plain words, with the lines that belong under it. A type of the catalogue without its
 * teller does not compile; a type that only a newer version knows is told by its name and fields.
 */
import type { EventType } from '#events';
import type { Language } from '#protocol/dsn/language';
import { EventFields } from './event-fields.ts';
import { EVENT_TEXTS, EVENT_VARIANTS } from '#mail/story/texts/event-texts';
import { FRAME } from '#mail/story/texts/frame-texts';
import { say } from '#mail/story/phrase';
import { ALERT_TELLERS } from './tell-alert.ts';
import { BOUNCE_TELLERS } from './tell-bounce.ts';
import { CERTIFICATE_TELLERS } from './tell-certificate.ts';
import { CLIENT_TELLERS } from './tell-client.ts';
import { COMPLAINT_TELLERS } from './tell-complaint.ts';
import { DELIVERY_TELLERS } from './tell-delivery.ts';
import { DOMAIN_TELLERS } from './tell-domain.ts';
import { MESSAGE_TELLERS } from './tell-message.ts';
import { TLS_TELLERS } from './tell-tls.ts';
import { WARM_UP_TELLERS } from './tell-warm-up.ts';
import type { Teller, Tellers, Told } from './told.ts';
import { printable } from '#mail/story/terminal-text';
import type { StoredEvent } from '#store/events/events';

/** One event in words, whatever version wrote it. */
export function tellEvent(
  event: StoredEvent,
  { language, momentOf, recipient }: Omit<Teller, 'at'>,
): Told {
  const teller: Teller = { language, momentOf, recipient, at: event.at };
  if (!isKnown(event.type)) return tellUnknown(event, language);
  const tell: (fields: EventFields<never>, teller: Teller) => Told = TELLERS[event.type];
  return tell(new EventFields<never>(event, language), teller);
}

function isKnown(type: string): type is EventType {
  return Object.hasOwn(EVENT_TEXTS, type);
}

function tellUnknown(event: StoredEvent, language: Language): Told {
  return {
    phase: 'other',
    tone: 'plain',
    text: say(EVENT_VARIANTS.unknown, language, { type: printable(event.type) }),
    details: Object.entries(event.public).map(([name, value]) =>
      say(FRAME.field, language, {
        name: printable(name),
        value: printable(typeof value === 'string' ? value : JSON.stringify(value)),
      }),
    ),
  };
}

const TELLERS: Tellers = {
  ...ALERT_TELLERS,
  ...BOUNCE_TELLERS,
  ...CERTIFICATE_TELLERS,
  ...CLIENT_TELLERS,
  ...COMPLAINT_TELLERS,
  ...MESSAGE_TELLERS,
  ...DELIVERY_TELLERS,
  ...DOMAIN_TELLERS,
  ...TLS_TELLERS,
  ...WARM_UP_TELLERS,
};
