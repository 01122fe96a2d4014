import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeUtf7, encodeUtf7, formatMailboxName, parseMailboxName } from './mailbox-name.ts';

const NAMES: [string, string][] = [
  ['~peter/mail/台北/日本語', '~peter/mail/&U,BTFw-/&ZeVnLIqe-'],
  ['Entwürfe', 'Entw&APw-rfe'],
  ['R&D', 'R&-D'],
  ['😀', '&2D3eAA-'],
  ['plain', 'plain'],
];

describe('names of mailboxes', () => {
  for (const [name, wire] of NAMES) {
    it(`${name} is ${wire} in modified UTF-7`, () => {
      assert.equal(encodeUtf7(name), wire);
      assert.equal(decodeUtf7(wire), name);
    });
  }

  it('every Unicode name survives', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (name) => {
        assert.equal(decodeUtf7(encodeUtf7(name)), name);
      }),
    );
  });

  const broken = ['&', '&Jjo', '&AGE-', '&!-', '&2D0-', '&ZeVn-&LIqe-', '&AA-', '&ZeVnLIqf-x&'];
  for (const wire of broken) {
    it(`${wire} is no modified UTF-7`, () => assert.equal(decodeUtf7(wire), undefined));
  }

  it('an ampersand may stand beside a shift', () => {
    assert.equal(decodeUtf7('&-&ZeU-&-'), '&日&');
    assert.equal(encodeUtf7('&日&'), '&-&ZeU-&-');
  });

  it('INBOX is INBOX in any case, and so is what lies below it', () => {
    assert.equal(parseMailboxName('iNbOx', false), 'INBOX');
    assert.equal(parseMailboxName('inbox/Sub', false), 'INBOX/Sub');
    assert.equal(parseMailboxName('inboxes', false), 'inboxes');
  });

  it('controls are in no name', () => {
    assert.equal(parseMailboxName('a\x01b', false), undefined);
    assert.equal(parseMailboxName('&AAo-', false), undefined);
  });

  it('UTF-8 stands as it is where it was agreed on, and is understood where it was not', () => {
    const octets = Buffer.from('日本語').toString('latin1');
    assert.equal(parseMailboxName(octets, true), '日本語');
    assert.equal(parseMailboxName(octets, false), '日本語');
    assert.equal(parseMailboxName('\xff', true), undefined);
    assert.equal(parseMailboxName('&ZeU-', true), '&ZeU-');
    assert.equal(formatMailboxName('日本語', true), octets);
  });
});
