import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '#bytes';
import { splitHeader } from './fields.ts';
import { waivesTls } from './tls-required.ts';

function waived(header: string): boolean {
  const head = utf8(`${header}\r\n\r\n`);
  return waivesTls(head, splitHeader(head));
}

test('only one field with the value No gives up TLS', () => {
  assert.ok(waived('Subject: hello\r\nTLS-Required: No'));
  assert.ok(waived('tls-required:\r\n no '));
  for (const other of [
    'Subject: hello',
    'TLS-Required: Yes',
    'TLS-Required: No, really',
    'TLS-Required:',
    'TLS-Required: No\r\nTLS-Required: No',
  ])
    assert.ok(!waived(other), other);
});
