/**
 * What each setting is for, in Japanese; the table (`config/fields.ts`) has it in English. A server has no use for it: the page and
 * commands that explain import it.
 */
import type { Key } from '#config/fields';
import { CERTIFICATE_TEXTS } from './ja/certificates.ts';
import { DOCTOR_TEXTS } from './ja/doctor.ts';
import { GENERAL_TEXTS, LAB_TEXTS } from './ja/general.ts';
import { QUEUE_TEXTS } from './ja/queue.ts';
import { READING_TEXTS } from './ja/reading.ts';
import { RECEPTION_TEXTS } from './ja/reception.ts';
import { SUBMISSION_TEXTS } from './ja/submission.ts';
import { UPKEEP_TEXTS } from './ja/upkeep.ts';

export const JAPANESE_TEXTS: Readonly<Record<Key, string>> = {
  ...GENERAL_TEXTS,
  ...LAB_TEXTS,
  ...RECEPTION_TEXTS,
  ...SUBMISSION_TEXTS,
  ...READING_TEXTS,
  ...CERTIFICATE_TEXTS,
  ...QUEUE_TEXTS,
  ...DOCTOR_TEXTS,
  ...UPKEEP_TEXTS,
};
