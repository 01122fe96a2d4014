/**
 * The keys of a search by the stages that answer them: the view, the rows of emails, headers, whole messages. A day of the Date field has
 * two, since its row leaves some days open.
 * Called by search-state.ts.
 */
import { emailKey, type EmailKey, type EmailQuestion } from './email-keys.ts';
import { textKey, type HeaderKey, type MessageKey } from './text-keys.ts';
import type { Program } from './truth.ts';
import { viewKey, type ViewKey, type ViewQuestion } from './view-keys.ts';

export interface Keys {
  readonly view: readonly { readonly node: number; readonly fill: ViewKey }[];
  readonly email: readonly { readonly node: number; readonly key: EmailKey }[];
  readonly header: readonly { readonly node: number; readonly key: HeaderKey }[];
  readonly message: readonly { readonly node: number; readonly key: MessageKey }[];
}

export function keysOf({ leaves }: Program, question: ViewQuestion & EmailQuestion): Keys {
  const view: { node: number; fill: ViewKey }[] = [];
  const email: { node: number; key: EmailKey }[] = [];
  const header: { node: number; key: HeaderKey }[] = [];
  const message: { node: number; key: MessageKey }[] = [];
  for (const { node, key } of leaves) {
    const fill = viewKey(key, question);
    if (fill) {
      view.push({ node, fill });
      continue;
    }
    const row = emailKey(key, question);
    if (row) email.push({ node, key: row });
    const text = textKey(key);
    if (text?.reads === 'header') header.push({ node, key: text });
    else if (text) message.push({ node, key: text });
  }
  return { view, email, header, message };
}
