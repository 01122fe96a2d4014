/** SELECT and EXAMINE with the parameters of RFC 7162: CONDSTORE and QRESYNC. */
import type { Command, Qresync } from '#protocol/imap/command';
import { Malformed, type Decoder } from '#protocol/imap/decoder';
import { decodeMailbox } from '#protocol/imap/mailbox-name';
import { decodeSequenceSet } from '#protocol/imap/sequence-set';

export function parseSelect(decoder: Decoder, verb: 'SELECT' | 'EXAMINE'): Command {
  decoder.space();
  const mailbox = decodeMailbox(decoder);
  let condstore = false;
  let qresync: Qresync | undefined;
  if (!decoder.ended) {
    decoder.space();
    decoder.list(() => {
      const word = decoder.word();
      if (word === 'CONDSTORE') condstore = true;
      else if (word === 'QRESYNC') qresync = decodeQresync(decoder);
      else throw new Malformed(`${verb} does not know ${word}`);
    });
  }
  return { verb, mailbox, condstore, qresync };
}

/** `(uidvalidity modseq [known-uids [(known-sequence-set known-uid-set)]])` */
function decodeQresync(decoder: Decoder): Qresync {
  decoder.space();
  decoder.expect('(');
  const uidValidity = decoder.nzNumber();
  decoder.space();
  const modseq = decoder.number64();
  let knownUids: Qresync['knownUids'];
  let match: Qresync['match'];
  if (decoder.sees(' ')) {
    decoder.space();
    if (!decoder.sees('(')) knownUids = decodeSequenceSet(decoder);
    if (decoder.sees(' ')) decoder.space();
    if (decoder.take('(')) {
      const numbers = decodeSequenceSet(decoder);
      decoder.space();
      match = { numbers, uids: decodeSequenceSet(decoder) };
      decoder.expect(')');
    }
  }
  decoder.expect(')');
  return { uidValidity, modseq, knownUids, match };
}
