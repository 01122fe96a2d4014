/** Whether the header keeps the form of RFC 5322: what is broken is read in several ways by those who show it. */
import { fieldsNamed, type Header } from '#protocol/message/fields';
import type { Check } from '#mail/receive/check';

export interface FormFacts {
  readonly defect: Header['defects'][number] | undefined;
  readonly dates: number;
}

export const form: Check<'form', 'header'> = {
  gather: ({ fields }) => ({
    // a message without any field is odd, but there is nothing in it to misread
    defect: fields.fields.length > 0 ? fields.defects[0] : undefined,
    dates: fieldsNamed(fields, 'Date').length,
  }),

  outline: ({ defect, dates }) => ({
    result: defect === undefined && dates === 1 ? 'pass' : 'fail',
    steps: [
      defect === undefined
        ? { step: 'header-read', rfc: 'RFC 5322 §2.2' }
        : { step: 'header-broken', rfc: 'RFC 5322 §2.2', offset: defect.offset },
      { step: dates === 1 ? 'date-there' : 'date-missing', rfc: 'RFC 5322 §3.6', dates },
    ],
  }),

  find: ({ defect, dates }) => [
    ...(defect === undefined ? [] : [{ check: 'form', reason: 'broken-header' } as const]),
    ...(dates === 1 ? [] : [{ check: 'form', reason: 'date-missing' } as const]),
  ],
};
