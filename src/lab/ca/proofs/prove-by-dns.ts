/** DNS-01 (RFC 8555 §8.4): a TXT record below the name with the digest of the key authorization. */
import { AcmeProblem } from '#lab/ca/problem';
import { dnsChallengeValue } from '#protocol/acme/jws';
import { txtText } from '#protocol/dns/resolver';
import { askDns, quoted, type Look } from './look.ts';

/** @throws AcmeProblem unless the record is there */
export async function proveByDns(
  look: Look,
  name: string,
  keyAuthorization: string,
): Promise<void> {
  const owner = `_acme-challenge.${name}`;
  const answer = await askDns(look, 'RFC 8555 §8.4', owner, 'TXT');
  if (answer.kind === 'failure' || answer.kind === 'nxdomain') {
    const text = answer.kind === 'failure' ? answer.text : 'NXDOMAIN';
    throw new AcmeProblem(400, 'dns', `DNS problem: ${text} looking up TXT for ${owner}`);
  }
  const wrong = (detail: string): AcmeProblem => new AcmeProblem(403, 'unauthorized', detail);
  if (answer.kind === 'no-data') throw wrong(`No TXT record found at ${owner}`);
  const texts = answer.records.map(txtText);
  if (texts.includes(dnsChallengeValue(keyAuthorization))) return;
  const more = texts.length > 1 ? ` (and ${texts.length - 1} more)` : '';
  throw wrong(`Incorrect TXT record ${quoted(texts[0]!)}${more} found at ${owner}`);
}
