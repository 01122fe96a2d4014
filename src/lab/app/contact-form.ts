/** The contact form, as a function: what somebody typed becomes a letter to the owner of the app. */
import { parseMailbox } from '#protocol/address/path';
import type { App } from './app.ts';
import { readSettings, type Send } from './files.ts';
import { contactLetter, type ContactForm } from './letters.ts';
import { openSender } from './send.ts';

export type FormOutcome =
  | { readonly kind: 'sent'; readonly send: Send }
  | { readonly kind: 'not-configured' }
  | { readonly kind: 'bad-form'; readonly field: keyof ContactForm };

const MOST: Readonly<Record<keyof ContactForm, number>> = {
  name: 100,
  email: 254,
  message: 10_000,
};

export async function submitForm(app: App, form: ContactForm): Promise<FormOutcome> {
  const field = badField(form);
  if (field !== undefined) return { kind: 'bad-form', field };
  const settings = await readSettings(app);
  await using sender = await openSender(app);
  if (settings === undefined || sender === undefined) return { kind: 'not-configured' };
  const letter = contactLetter(form, settings.user, app.owner);
  const send = await sender.send({
    kind: 'contact',
    messageId: null,
    recipient: app.owner,
    letter,
  });
  return { kind: 'sent', send };
}

function badField(form: ContactForm): keyof ContactForm | undefined {
  for (const field of ['name', 'email', 'message'] as const) {
    const text = form[field];
    if (text.trim() === '' || text.length > MOST[field]) return field;
  }
  return parseMailbox(form.email) === undefined ? 'email' : undefined;
}
