import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readIssueValue } from './issue-value.ts';

test('an issuer stands alone, or with the account and the methods that it is bound to', () => {
  assert.deepEqual(readIssueValue('LetsEncrypt.org'), {
    issuer: 'letsencrypt.org',
    accountUri: undefined,
    validationMethods: undefined,
  });
  assert.deepEqual(
    readIssueValue('ca.test; accounturi=https://ca.test/acct/1 ; validationmethods=HTTP-01,dns-01'),
    {
      issuer: 'ca.test',
      accountUri: 'https://ca.test/acct/1',
      validationMethods: ['http-01', 'dns-01'],
    },
  );
});

test('an empty issuer is nobody, and what cannot be read or complied with is no permission', () => {
  assert.equal(readIssueValue(';')?.issuer, '');
  assert.equal(readIssueValue('ca.test; what is this'), undefined);
  assert.equal(readIssueValue('ca.test; accounturi=a; accounturi=b'), undefined);
  assert.equal(readIssueValue('ca.test; validationmethods=dns-01; validationmethods=x'), undefined);
});
