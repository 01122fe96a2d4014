/** Whether the header keeps the form of RFC 5322: what is broken is read in several ways by those who show it. */
import { fieldsNamed } from '#protocol/message/header/fields';
import type { Check } from '#mail/receive/inquiry/check';
import { MAX_HEADER } from '#mail/receive/intake';

export const form: Check<'form', 'header'> = {
  gather: ({ fields, head }) => ({
    // a message without any field is odd, but there is nothing in it to misread
    defect: fields.fields.length > 0 ? fields.defects[0] : undefined,
    tooLong: head.length >= MAX_HEADER,
    dates: fieldsNamed(fields, 'Date').length,
  }),

  outline: ({ defect, tooLong, dates }) => ({
    result: defect === undefined && !tooLong && dates === 1 ? 'pass' : 'fail',
    steps: [
      ...(tooLong ? [{ step: 'header-too-long', octets: MAX_HEADER }] : []),
      defect === undefined
        ? { step: 'header-read', rfc: 'RFC 5322 §2.2' }
        : { step: 'header-broken', rfc: 'RFC 5322 §2.2', offset: defect.offset },
      { step: dates === 1 ? 'date-there' : 'date-missing', rfc: 'RFC 5322 §3.6', dates },
    ],
  }),

  find: ({ defect, tooLong, dates }) => [
    ...(tooLong ? [{ check: 'form', reason: 'header-too-long' } as const] : []),
    ...(defect === undefined ? [] : [{ check: 'form', reason: 'broken-header' } as const]),
    ...(dates === 1 ? [] : [{ check: 'form', reason: 'date-missing' } as const]),
  ],
};
