/**
 * Which stream a submission goes by: bulk mail queues apart, leaves under a reverse-path for each recipient, and is not sent to whom it bounced
 * (docs/decisions/0035). Its author says so by `Hikyaku-Stream: bulk`, which nobody else sees, or by what bulk mail has anyway; a program whose
 * single messages have List-Unsubscribe says `Hikyaku-Stream: transactional`.
 */
import { fieldsNamed, fieldValue } from '#protocol/message/header/fields';
import type { Content } from '#mail/receive/intake';

export interface StreamChoice {
  readonly stream: 'transactional' | 'bulk';
  /** RFC 2919, in lower case. */
  readonly listId: string | undefined;
}

/** Hidden when sent (`fix-header.ts`). */
export const STREAM_FIELD = 'Hikyaku-Stream';

export function streamOf(content: Pick<Content, 'head' | 'header'>): StreamChoice {
  const listId = listIdOf(content);
  const asked = valuesOf(content, STREAM_FIELD)[0]?.toLowerCase();
  const bulk =
    asked === 'bulk' || (asked !== 'transactional' && (listId !== undefined || looksBulk(content)));
  return bulk ? { stream: 'bulk', listId } : { stream: 'transactional', listId: undefined };
}

/** What offers a way out of it (RFC 2369), or says of itself that it goes to many. */
function looksBulk(content: Pick<Content, 'head' | 'header'>): boolean {
  return (
    fieldsNamed(content.header, 'List-Unsubscribe').length > 0 ||
    valuesOf(content, 'Precedence').some((value) => /^(bulk|list)$/i.test(value))
  );
}

/** RFC 2919 §3 */
const MAX_LIST_ID = 255;

/** `Weekly news <news.example.org>`; with a dot, so that no list is called like all bulk mail. */
function listIdOf(content: Pick<Content, 'head' | 'header'>): string | undefined {
  const [value = ''] = valuesOf(content, 'List-Id');
  const id = value.slice(value.lastIndexOf('<') + 1).replace(/>\s*$/, '');
  const isOne =
    id.length <= MAX_LIST_ID && /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)+$/.test(id);
  return isOne ? id.toLowerCase() : undefined;
}

function valuesOf({ head, header }: Pick<Content, 'head' | 'header'>, name: string): string[] {
  return fieldsNamed(header, name).map((field) => fieldValue(head, field));
}
