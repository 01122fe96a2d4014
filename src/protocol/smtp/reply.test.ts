import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '#bytes';
import { formatReply, isValidReply, replyClass, replyText } from './reply.ts';

test('each line but the last has a hyphen, and each the enhanced status', () => {
  assert.equal(
    formatReply({ code: 550, enhanced: '5.7.1', lines: ['first', 'second'] }),
    '550-5.7.1 first\r\n550 5.7.1 second\r\n',
  );
  assert.equal(formatReply({ code: 354, lines: ['go on'] }), '354 go on\r\n');
});

test('no text can start a line of its own', () => {
  const wire = formatReply({ code: 501, lines: ['you said a\r\n250 ok\nb\0c'] });
  assert.equal(wire, '501 you said a??250 ok?b?c\r\n');
});

test('a text too long for 512 octets goes on in further lines, no character split', () => {
  const wire = formatReply({
    code: 550,
    enhanced: '5.1.1',
    lines: ['飛脚'.repeat(300) + ' ' + 'word '.repeat(200)],
  });
  const lines = wire.split('\r\n').slice(0, -1);
  assert.ok(lines.length > 3);
  for (const [i, line] of lines.entries()) {
    assert.ok(utf8(line).length <= 510, String(utf8(line).length));
    assert.match(line, i === lines.length - 1 ? /^550 5\.1\.1 / : /^550-5\.1\.1 /);
    assert.ok(!line.includes('\uFFFD'));
  }
});

test('the first digit tells the class', () => {
  assert.deepEqual([220, 354, 421, 550].map(replyClass), [
    'positive',
    'intermediate',
    'transient',
    'permanent',
  ]);
});

test('a reply is valid with a code in range, a status that fits and a line', () => {
  assert.equal(isValidReply({ code: 250, enhanced: '2.0.0', lines: ['ok'] }), true);
  assert.equal(isValidReply({ code: 250, enhanced: '5.0.0', lines: ['ok'] }), false);
  assert.equal(isValidReply({ code: 250, lines: [] }), false);
  assert.equal(isValidReply({ code: 199, lines: ['x'] }), false);
});

test('a reply on one line joins its texts', () => {
  assert.equal(
    replyText({ code: 550, enhanced: '5.1.1', lines: ['no', 'such user'] }),
    '550 5.1.1 no such user',
  );
  assert.equal(replyText({ code: 250, lines: [''] }), '250');
});
