/** Header fields that the owner of the app adds to its newsletter. Pure: nothing of them reaches a letter but a name and a line of printable ASCII. */

const NAME = /^([A-Za-z][A-Za-z0-9-]{0,60})(?:\s*:|$)/;
/** RFC 5322 §2.1.1: with its name a line has at most 998 characters. */
const LONGEST = 900;
/** What the app writes itself, and what is not for an author to write. */
const OWN =
  /^(from|to|cc|bcc|subject|date|message-id|mime-version|content-.*|received|return-path|dkim-signature|resent-.*)$/;

/** In lower case; undefined: there is none. */
export function fieldName(text: string): string | undefined {
  return NAME.exec(text)?.[1]?.toLowerCase();
}

/** `Name: value`; undefined: the app cannot write it. */
export function readField(text: string): string | undefined {
  const name = fieldName(text);
  if (name === undefined || OWN.test(name) || text.length > LONGEST) return undefined;
  const colon = text.indexOf(':');
  const value = text.slice(colon + 1).trim();
  return colon < 0 || !/^[\x20-\x7e]+$/.test(value)
    ? undefined
    : `${text.slice(0, colon).trim()}: ${value}`;
}
