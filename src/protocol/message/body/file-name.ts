/**
 * The file name of a part: `filename` of Content-Disposition (RFC 2183 §2.3), else `name` of Content-Type. As its author
 * wrote it: whoever makes a file of that name must look at it first.
 * Called by servers/jmap, part-text.ts.
 */
import { parameterText } from '#protocol/message/header/parameter-text';
import type { ContentFields } from '#protocol/message/structure';

/** `charset` is a guess for raw octets that are no UTF-8: that of the message's text, say. */
export function fileName(
  { disposition, params }: Pick<ContentFields, 'disposition' | 'params'>,
  charset?: string,
): string | undefined {
  const named = disposition && parameterText(disposition.params, 'filename', charset);
  return named || parameterText(params, 'name', charset) || undefined;
}
